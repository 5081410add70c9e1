package secrets

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
)

// place is a repository with a folder of secrets, a host that can read them and a recovery key elsewhere.
type place struct {
	t              *testing.T
	repo, dir      string
	host, recovery string // files with identities
}

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{t: t, repo: t.TempDir()}
	p.dir = filepath.Join(p.repo, "hosts/cc-ci/secrets")
	repotest.Git(t, p.repo, "init", "-q")
	elsewhere := t.TempDir()
	p.recovery = filepath.Join(elsewhere, "recovery.txt")
	var public string
	p.host, public = sshKey(t)
	if made, err := Found(p.dir, p.recovery, map[string]string{"cc-ci": public}); err != nil || !made {
		t.Fatalf("Found: %v, %v", made, err)
	}
	return p
}

// sshKey makes a host's key: the file with its private half, and its public line.
func sshKey(t *testing.T) (file, public string) {
	t.Helper()
	pub, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "ssh_host_ed25519_key")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return file, string(ssh.MarshalAuthorizedKey(key))
}

func (p place) open() *Folder {
	p.t.Helper()
	f, err := Open(p.dir)
	if err != nil {
		p.t.Fatal(err)
	}
	return f
}

func (p place) full() *Folder {
	p.t.Helper()
	f := p.open()
	if _, err := f.Make(); err != nil {
		p.t.Fatal(err)
	}
	p.ok(f.Put("forge-token", []byte("0123456789abcdef0123456789abcdef01234567")))
	return f
}

func (p place) ids(files ...string) []age.Identity {
	p.t.Helper()
	ids, err := Identities(files...)
	p.ok(err)
	return ids
}

func (p place) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p place) write(path, text string) {
	p.t.Helper()
	p.ok(os.WriteFile(path, []byte(text), 0o644))
}

// check gives the findings as text.
func (p place) check(files ...string) string {
	p.t.Helper()
	found, err := p.open().Check(context.Background(), p.ids(files...))
	p.ok(err)
	var lines []string
	for _, f := range found {
		lines = append(lines, strings.TrimPrefix(f.String(), p.repo+"/"))
	}
	return strings.Join(lines, "\n")
}
