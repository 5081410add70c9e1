// Package sidecar keeps the secrets of one run's app in a file beside the run (P3):
// they are made once, at install, and put in force again unchanged through upgrade
// and restore, which the salted Hash proves.
//
// The file is sidecar.json, mode 0600, in a folder of mode 0700 that belongs to this
// user and lies in no git repository; anything else is refused, when it is made and
// whenever it is opened. Each change replaces the file in one step and is on disk when
// Put returns, so a killed run never leaves half a file. Teardown calls Remove.
//
// Limits: the values lie there in clear, for as long as the run lives; who is root
// or this user reads them. Remove unlinks and overwrites nothing.
package sidecar

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Name is the file's name in the run's folder.
const Name = "sidecar.json"

// ErrChanged says that a secret was put again with another value: whoever made the
// second one is about to break the app's data.
var ErrChanged = errors.New("has another value already")

// Secret is one secret of the app as the swarm knows it: <stack>_<name>_<version>.
type Secret struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Value   string `json:"value"`
}

// Sidecar is an open secrets file. It is safe for concurrent use in one process;
// the run's lock keeps other processes away.
type Sidecar struct {
	path string

	mu   sync.Mutex
	data data
}

type data struct {
	Salt    []byte   `json:"salt"` // known to nobody else, so that a published Hash can't be tried out
	Secrets []Secret `json:"secrets"`
}

// Create makes the file, and the folder dir where it doesn't exist. A file that is
// there already is an error (fs.ErrExist): it is another run's.
func Create(dir string) (*Sidecar, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create sidecar: %w", err)
	}
	if err := checkDir(dir); err != nil {
		return nil, fmt.Errorf("create sidecar: %w", err)
	}
	s := &Sidecar{path: filepath.Join(dir, Name), data: data{Salt: make([]byte, 32)}}
	if _, err := os.Lstat(s.path); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("create sidecar %s: %w", s.path, cmp.Or(err, fs.ErrExist))
	}
	rand.Read(s.data.Salt)
	return s, s.write(s.data)
}

// Open reads the file that Create made in dir.
func Open(dir string) (*Sidecar, error) {
	s := &Sidecar{path: filepath.Join(dir, Name)}
	if err := errors.Join(checkDir(dir), checkFile(s.path)); err != nil {
		return nil, fmt.Errorf("open sidecar: %w", err)
	}
	b, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("open sidecar: %w", err)
	}
	if err := json.Unmarshal(b, &s.data); err != nil || len(s.data.Salt) == 0 {
		// The decoder's own message could quote a value.
		return nil, fmt.Errorf("open sidecar %s: expected the JSON that Create and Put write, found something else", s.path)
	}
	return s, nil
}

// Put keeps one secret. The same value again changes nothing; another value for the
// same name and version is ErrChanged.
func (s *Sidecar) Put(name, version, value string) error {
	if name == "" || value == "" {
		return fmt.Errorf("put secret %q into the sidecar: expected a name and a value, found none", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.data.Secrets {
		if old.Name != name || old.Version != version {
			continue
		}
		if old.Value != value {
			return fmt.Errorf("put secret %s (%s) into the sidecar: it %w", name, version, ErrChanged)
		}
		return nil
	}
	next := data{s.data.Salt, append(slices.Clone(s.data.Secrets), Secret{name, version, value})}
	slices.SortFunc(next.Secrets, func(a, b Secret) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	if err := s.write(next); err != nil {
		return err
	}
	s.data = next
	return nil
}

// All gives the secrets ordered by name and version.
func (s *Sidecar) All() []Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.data.Secrets)
}

// Get gives the value of the named secret, of its last version where it has several.
func (s *Sidecar) Get(name string) (string, bool) {
	value, found := "", false
	for _, secret := range s.All() {
		if secret.Name == name {
			value, found = secret.Value, true
		}
	}
	return value, found
}

// Hash is a salted hash over names and values, 64 hex digits, for result.Stage.Secrets:
// equal between two stages exactly when the secrets in force are. The names limit
// it to what both stages know; without any it covers all. A salt of the file's own
// is mixed in, so the hash may be published and means nothing in another run.
func (s *Sidecar) Hash(salt string, names ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := hmac.New(sha256.New, s.data.Salt)
	fmt.Fprintf(h, "%q", salt)
	for _, secret := range s.data.Secrets {
		if len(names) == 0 || slices.Contains(names, secret.Name) {
			fmt.Fprintf(h, "%q=%q", secret.Name, secret.Value)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Remove takes the file away. That it is gone already is no error.
func (s *Sidecar) Remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left error
	leftovers, _ := filepath.Glob(filepath.Join(filepath.Dir(s.path), temporary))
	for _, path := range append(leftovers, s.path) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			left = errors.Join(left, fmt.Errorf("remove sidecar: %w", err))
		}
	}
	return left
}
