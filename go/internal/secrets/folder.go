package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"github.com/moby/sys/atomicwriter"

	"coopcloud.tech/cc-ci/internal/registry"
)

// maxValue bounds a secret; a docker config.json is the largest.
const maxValue = 64 << 10

// public is the mode of all that is written here: it is encrypted, and lies in a repository.
const public = 0o644

// ErrIdentity means that no identity at hand can read a file.
var ErrIdentity = errors.New("none of the identities can read it")

// Folder is a folder of secrets with its recipients.
type Folder struct {
	Dir        string
	Recipients []Recipient
	Runner     bool // of a further runner host, which has fewer secrets
}

// wanted gives what belongs into the folder.
func (f *Folder) wanted() []Secret {
	if f.Runner {
		return runner()
	}
	return Catalog()
}

// Open reads the folder's recipients. The secrets themselves are read when they are asked for.
func Open(dir string) (*Folder, error) {
	list, err := readRecipients(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Dir: dir, Recipients: list}, nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.Dir, name+".age") }

// Names lists the secrets that are there, by their files.
func (f *Folder) Names() ([]string, error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".age"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// Has tells whether the secret is there.
func (f *Folder) Has(name string) bool {
	_, err := os.Stat(f.path(name))
	return err == nil
}

// fits tells what is wrong with the value of a secret that has a form of its own, without showing it.
func fits(name string, value []byte) error {
	if name == "registry-auth" {
		return registry.Check(value)
	}
	return nil
}

// Put encrypts value to all recipients and puts it in the place of what was there.
func (f *Folder) Put(name string, value []byte) error {
	if len(value) == 0 || len(value) > maxValue {
		return fmt.Errorf("secret %s: expected 1 to %d bytes, found %d", name, maxValue, len(value))
	}
	if err := fits(name, value); err != nil {
		return fmt.Errorf("secret %s: %w", name, err)
	}
	sealed, err := f.seal(value)
	if err != nil {
		return fmt.Errorf("secret %s: %w", name, err)
	}
	return atomicwriter.WriteFile(f.path(name), sealed, public)
}

func (f *Folder) seal(value []byte) ([]byte, error) {
	var to []age.Recipient
	for _, r := range f.Recipients {
		to = append(to, r.public)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(value); err != nil {
		return nil, err
	}
	err = w.Close() // writes the last part
	return out.Bytes(), err
}

// Get decrypts one secret; ErrIdentity where none of the identities is a recipient.
func (f *Folder) Get(name string, identities []age.Identity) ([]byte, error) {
	sealed, err := os.ReadFile(f.path(name))
	if err != nil {
		return nil, err
	}
	value, err := unseal(sealed, identities)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path(name), err)
	}
	return value, nil
}

func unseal(sealed []byte, identities []age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, ErrIdentity
	}
	if err != nil {
		return nil, err
	}
	value, err := io.ReadAll(io.LimitReader(r, maxValue+1))
	if err == nil && len(value) > maxValue { // part of it, written back, would be the rest's end
		return nil, fmt.Errorf("expected at most %d bytes, found more", maxValue)
	}
	return value, err
}

// Identities reads files with a private key: age's own, or an SSH host key without a passphrase.
// Its errors name the file, never what is in it.
func Identities(files ...string) (all []age.Identity, err error) {
	for _, path := range files {
		ids, err := identity(path)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			all = append(all, named{id, path})
		}
	}
	return all, nil
}

func identity(path string) ([]age.Identity, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(text, []byte("-----BEGIN")) {
		id, err := agessh.ParseIdentity(text)
		if err != nil {
			return nil, fmt.Errorf("%s: expected an SSH key that needs no passphrase", path)
		}
		return []age.Identity{id}, nil
	}
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: expected lines with AGE-SECRET-KEY-..., as age-keygen writes them", path)
	}
	return ids, nil
}

// named is an identity that knows its file.
type named struct {
	age.Identity
	file string
}
