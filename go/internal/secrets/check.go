package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"coopcloud.tech/cc-ci/internal/redact"
)

// Finding is one thing that must not be so.
type Finding struct {
	Place string // file, or file:line
	Text  string
}

func (f Finding) String() string { return f.Place + ": " + f.Text }

// maxScanned bounds a file of the repository that is searched for secrets.
const maxScanned = 16 << 20

// Check looks whether the folder holds nothing but encrypted secrets for exactly the recipients of its list,
// and the repository around it no secret in plain text. Private keys are found by their form; the
// secrets' own values only with identities that can read them.
//
// A native age recipient leaves no trace in a file but its presence, so that those are counted: an unknown
// one in a known one's place is found when the known one's identity is given, because it can't read the file.
func (f *Folder) Check(ctx context.Context, identities []age.Identity) ([]Finding, error) {
	found, err := f.checkFolder(identities)
	if err != nil {
		return nil, err
	}
	leaks, err := f.checkRepository(ctx, identities)
	return append(found, leaks...), err
}

// checkFolder looks at every file of the folder.
func (f *Folder) checkFolder(identities []age.Identity) ([]Finding, error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, e := range entries {
		path := filepath.Join(f.Dir, e.Name())
		name, sealed := strings.CutSuffix(e.Name(), ".age")
		switch {
		case sealed:
			found = append(found, f.checkSealed(path, name, identities)...)
		case slices.Contains([]string{recipientsFile, "secrets.nix", "README.md", "default.nix", ".gitignore"}, e.Name()):
		default:
			found = append(found, Finding{path, "expected encrypted secrets NAME.age alone, found a file of another kind: is it a secret in plain text?"})
		}
	}
	required, _ := f.Missing()
	for _, s := range required {
		found = append(found, Finding{f.path(s.Name), "is missing: " + s.Description})
	}
	for _, s := range f.wanted() {
		if s.Internal() && !f.Has(s.Name) {
			found = append(found, Finding{f.path(s.Name), "is missing: `cc-ci secrets init` makes it"})
		}
	}
	return found, nil
}

// checkSealed looks at one encrypted file: its form, its recipients, and that the identities can read it.
func (f *Folder) checkSealed(path, name string, identities []age.Identity) []Finding {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return []Finding{{path, err.Error()}}
	}
	shown, err := stanzas(sealed)
	if err != nil {
		return []Finding{{path, "expected a file that age encrypted, found another: is it a secret in plain text?"}}
	}
	var found []Finding
	if _, err := Lookup(name); err != nil {
		found = append(found, Finding{path, err.Error()})
	}
	want := map[string]int{}
	for _, r := range f.Recipients {
		want[r.stanza()]++
	}
	for _, s := range shown {
		want[s]--
	}
	for _, s := range slices.Sorted(maps.Keys(want)) {
		switch n := want[s]; {
		case n > 0:
			found = append(found, Finding{path, fmt.Sprintf("%d recipient of %s (%s) can't read it: `cc-ci secrets rekey`", n, recipientsFile, s)})
		case n < 0:
			found = append(found, Finding{path, fmt.Sprintf("%d unknown recipient (%s) can read it: rotate it, then `cc-ci secrets rekey`", -n, s)})
		}
	}
	for _, id := range identities { // each by itself: all of them are recipients
		if _, err := unseal(sealed, []age.Identity{id}); err != nil {
			file := "an identity"
			if n, ok := id.(named); ok {
				file = n.file
			}
			found = append(found, Finding{path, fmt.Sprintf("with %s: %v: it was not made for all of %s", file, err, recipientsFile)})
		}
	}
	return found
}

// stanzas gives what a file shows of its recipients.
func stanzas(sealed []byte) ([]string, error) {
	header, err := age.ExtractHeader(bytes.NewReader(sealed))
	if err != nil {
		return nil, err
	}
	var seen onlooker
	if _, err := age.DecryptHeader(header, &seen); len(seen) == 0 {
		return nil, err
	}
	return seen, nil
}

// onlooker is an identity that reads nothing and sees for whom a file is.
type onlooker []string

func (o *onlooker) Unwrap(list []*age.Stanza) ([]byte, error) {
	for _, s := range list {
		name := s.Type
		if strings.HasPrefix(s.Type, "ssh-") && len(s.Args) > 0 {
			name += " " + s.Args[0]
		}
		*o = append(*o, name)
	}
	return nil, age.ErrIncorrectIdentity
}

// privateKey is a private key of age, or a PEM block of one with its first line of content.
var privateKey = regexp.MustCompile(`AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]{50,}|-----BEGIN [A-Z ]*PRIVATE KEY-----(\\n|\r?\n)\s*[A-Za-z0-9+/=]{30,}`)

// checkRepository searches every file that the repository holds or would take up.
func (f *Folder) checkRepository(ctx context.Context, identities []age.Identity) ([]Finding, error) {
	mask := redact.New()
	names, err := f.Names()
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, name := range names {
		value, err := f.Get(name, identities)
		if err != nil {
			continue // told by checkSealed
		}
		if err := fits(name, value); err != nil {
			found = append(found, Finding{f.path(name), err.Error()})
		}
		if err := mask.Add(name, string(value)); err != nil {
			found = append(found, Finding{f.path(name), "can't be searched for: " + err.Error()})
		}
	}
	top := repository(f.Dir)
	files, err := tracked(ctx, top)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		leaks, err := scan(top, file, mask)
		if err != nil {
			return nil, err
		}
		found = append(found, leaks...)
	}
	return found, nil
}

// tracked lists what git has or would add; without git, every file.
func tracked(ctx context.Context, top string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(top, ".git")); err != nil {
		var files []string
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				rel, _ := filepath.Rel(top, path)
				files = append(files, rel)
			}
			return err
		})
		return files, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("files of %s: git ls-files: %w", top, err)
	}
	return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00"), nil
}

// scan searches one file, line by line so that a finding has a place.
func scan(top, file string, mask *redact.Masker) ([]Finding, error) {
	path := filepath.Join(top, file)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxScanned {
		return []Finding{{path, fmt.Sprintf("was not searched: it has %d MiB", info.Size()>>20)}}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, m := range privateKey.FindAllIndex(text, -1) {
		found = append(found, Finding{fmt.Sprintf("%s:%d", path, 1+bytes.Count(text[:m[0]], []byte("\n"))), "holds a private key"})
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		at := fmt.Sprintf("%s:%d", path, n)
		if masked := mask.Bytes(line); !bytes.Equal(masked, line) {
			found = append(found, Finding{at, "holds a secret's value in plain text: " + label(string(masked))})
		}
	}
	return found, nil
}

// label gives the name that stands in the place of a value.
func label(masked string) string {
	_, rest, _ := strings.Cut(masked, "[secret ")
	name, _, _ := strings.Cut(rest, "]")
	return name
}
