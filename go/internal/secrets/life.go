package secrets

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/moby/sys/atomicwriter"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/sidecar"
)

// nixFile is secrets.nix: what the agenix program reads in the place of recipients.txt. The package is built without
// files that end in .nix.
//
//go:embed secrets.nix.txt
var nixFile []byte

// Found makes the folder with its list of recipients, and the recovery key, whose identity
// goes to the file recovery, which must not lie in the folder's repository; one that is
// there already, for another folder, is used and not changed. hosts are the public keys
// that shall read the secrets, by the name of their owner. Where the list is there already
// nothing is done and made is false.
func Found(dir, recovery string, hosts map[string]string) (made bool, err error) {
	path := filepath.Join(dir, recipientsFile)
	if _, err := os.Stat(path); err == nil {
		return false, replaceNix(dir)
	}
	if len(hosts) == 0 {
		return false, errors.New("expected a host's public key (its /etc/ssh/ssh_host_ed25519_key.pub), found none")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	if err := outside(recovery, dir); err != nil {
		return false, err
	}
	text := "# Who can read the secrets beside this file; `cc-ci secrets rekey` after a change.\n\n"
	for name, key := range hosts {
		if key, _, err = parseKey(strings.TrimSpace(key)); err != nil {
			return false, fmt.Errorf("key of %s: %w", name, err)
		}
		text += "# host " + name + "\n" + key + "\n\n"
	}
	// The identity first: a list with a key that nobody has would encrypt for nobody.
	id, err := recoveryKey(recovery)
	if err != nil {
		return false, fmt.Errorf("recovery key: %w", err)
	}
	text += "# recovery key, kept off every host\n" + id.Recipient().String() + "\n"
	if err := atomicwriter.WriteFile(path, []byte(text), public); err != nil {
		return false, err
	}
	return true, replaceNix(dir)
}

func replaceNix(dir string) error {
	path := filepath.Join(dir, "secrets.nix")
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, nixFile) {
		return nil
	}
	return atomicwriter.WriteFile(path, nixFile, public)
}

// outside refuses a file of the repository that the folder is in.
func outside(file, dir string) error {
	if file == "" {
		return errors.New("expected a file for the recovery key, found none")
	}
	top := repository(dir)
	abs, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if parent, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(parent, filepath.Base(abs))
	}
	if rel, err := filepath.Rel(top, abs); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return fmt.Errorf("recovery key: expected a file outside of the repository %s, found %s", top, file)
	}
	return nil
}

// repository gives the work tree that dir is in, else dir.
func repository(dir string) string {
	abs, err := filepath.Abs(dir)
	if err == nil {
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
	}
	for at := abs; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return abs
		}
	}
}

// recoveryKey reads the recovery identity, or makes one where there is no file; it never writes over one.
func recoveryKey(path string) (*age.X25519Identity, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		ids, err := identity(path)
		if err != nil {
			return nil, err
		}
		if id, ok := ids[0].(*age.X25519Identity); ok && len(ids) == 1 {
			return id, nil
		}
		return nil, fmt.Errorf("%s: expected one native age key, found %d keys", path, len(ids))
	}
	if err != nil {
		return nil, err
	}
	id, err := age.GenerateX25519Identity()
	if err == nil {
		_, err = fmt.Fprintf(f, "# recovery key of a CI server's secrets; keep it off the server\n# public key: %s\n%s\n", id.Recipient(), id)
	}
	return id, errors.Join(err, f.Sync(), f.Close())
}

// Make gives every internal secret that is missing a value, and tells which.
func (f *Folder) Make() (made []Secret, err error) {
	for _, s := range f.wanted() {
		if !s.Internal() || f.Has(s.Name) {
			continue
		}
		if err := f.generate(s); err != nil {
			return made, err
		}
		made = append(made, s)
	}
	return made, nil
}

// Missing gives the operator's secrets that are not there.
func (f *Folder) Missing() (required, optional []Secret) {
	for _, s := range f.wanted() {
		switch {
		case s.Internal() || f.Has(s.Name):
		case s.Required:
			required = append(required, s)
		default:
			optional = append(optional, s)
		}
	}
	return required, optional
}

// Rotate gives an internal secret a new value. Old values are not needed for it.
func (f *Folder) Rotate(s Secret) error {
	if !s.Internal() {
		return fmt.Errorf("secret %s is the operator's: get a new one where it comes from, then `cc-ci secrets edit %s`", s.Name, s.Name)
	}
	return f.generate(s)
}

func (f *Folder) generate(s Secret) error {
	value, err := sidecar.Generate(plan.InsertSecret{Kind: "hex", Length: s.Length})
	if err != nil {
		return fmt.Errorf("secret %s: %w", s.Name, err)
	}
	return f.Put(s.Name, []byte(value))
}

// Rekey encrypts every secret to the recipients that the list names now. All are read before the
// first is written; one that the identities can't read stops it with nothing changed.
func (f *Folder) Rekey(identities []age.Identity) ([]string, error) {
	names, err := f.Names()
	if err != nil {
		return nil, err
	}
	sealed := map[string][]byte{}
	for _, name := range names {
		value, err := f.Get(name, identities)
		if err != nil {
			return nil, err
		}
		if sealed[name], err = f.seal(value); err != nil {
			return nil, fmt.Errorf("secret %s: %w", name, err)
		}
	}
	for i, name := range names {
		if err := atomicwriter.WriteFile(f.path(name), sealed[name], public); err != nil {
			return names[:i], fmt.Errorf("%w; %d of %d are re-keyed: run it again", err, i, len(names))
		}
	}
	return names, nil
}
