package secrets

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

// A row is a list of recipients that must be refused.
func TestRecipients(t *testing.T) {
	p := newPlace(t)
	right, err := os.ReadFile(filepath.Join(p.dir, recipientsFile))
	p.ok(err)
	id, err := age.GenerateX25519Identity()
	p.ok(err)
	for _, c := range []struct{ name, text, want string }{
		{"as made", string(right), ""},
		{"no recovery key", strings.ReplaceAll(string(right), "# recovery", "# person"), "expected a recovery key"},
		{"recovery alone", "# recovery\n" + id.Recipient().String() + "\n", "and a host's or person's, found 1 and 0"},
		{"a private key", string(right) + "# x\n" + id.String() + "\n", "expected a public key, found a private one"},
		{"a key twice", string(right) + string(right), "once more"},
		{"a word", string(right) + "hello\n", `expected age1..., ssh-ed25519 ... or ssh-rsa ..., found "hello"`},
		{"a wrong line behind a very long one", string(right) + "# " + strings.Repeat("x", 70_000) + "\nhello\n", `found "hello"`},
		{"a cut key", string(right) + id.Recipient().String()[:40] + "\n", "expected a public key, found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.write(filepath.Join(p.dir, recipientsFile), c.text)
			_, err := Open(p.dir)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("expected %q, found %v", c.want, err)
			}
			if err != nil && strings.Contains(err.Error(), id.String()) {
				t.Error("the error shows the private key")
			}
		})
	}
}

// The recovery key must not lie in the repository, and is never written over.
func TestRecovery(t *testing.T) {
	_, public := sshKey(t)
	p := newPlace(t)
	host := map[string]string{"x": public}
	if _, err := Found(filepath.Join(p.repo, "new"), filepath.Join(p.repo, "recovery"), host); err == nil || !strings.Contains(err.Error(), "outside of the repository") {
		t.Error(err)
	}
	// One that is there serves a second folder, and is not changed.
	before, err := os.ReadFile(p.recovery)
	p.ok(err)
	if made, err := Found(filepath.Join(p.repo, "runner"), p.recovery, host); err != nil || !made {
		t.Error(made, err)
	}
	if after, err := os.ReadFile(p.recovery); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the recovery key was changed: %v", err)
	}
	if _, err := Found(filepath.Join(p.repo, "new"), p.host, host); err == nil || !strings.Contains(err.Error(), "expected one native age key") {
		t.Error(err)
	}
	f, err := Open(filepath.Join(p.repo, "runner"))
	p.ok(err)
	f.Runner = true
	made, err := f.Make()
	p.ok(err)
	required, _ := f.Missing()
	if len(made) != 1 || made[0].Name != "restic-password" || len(required) != 2 || required[0].Name != "drone-rpc" || required[1].Name != "upload-key" {
		t.Errorf("a runner host's: made %v, to be given %v", made, required)
	}
	if info, err := os.Stat(p.recovery); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the recovery key: %v, %v", info, err)
	}
}

// Who is no recipient reads nothing, and a re-key that can't read a file changes none.
func TestStranger(t *testing.T) {
	p := newPlace(t)
	f := p.full()
	file, _ := sshKey(t)
	if _, err := f.Get("drone-rpc", p.ids(file)); !errors.Is(err, ErrIdentity) {
		t.Errorf("expected %v, found %v", ErrIdentity, err)
	}
	before, err := os.ReadFile(f.path("bridge-key"))
	p.ok(err)
	if _, err := f.Rekey(p.ids(file)); !errors.Is(err, ErrIdentity) {
		t.Errorf("expected %v, found %v", ErrIdentity, err)
	}
	if after, _ := os.ReadFile(f.path("bridge-key")); !bytes.Equal(before, after) {
		t.Error("a failed re-key changed a file")
	}
}

// A file that another program made may hold more than a secret may: no part of it is written back.
func TestRekeyLosesNothing(t *testing.T) {
	p := newPlace(t)
	f := p.full()
	sealed, err := f.seal(bytes.Repeat([]byte("x"), maxValue+9))
	p.ok(err)
	p.ok(os.WriteFile(f.path("bridge-key"), sealed, 0o644))
	if _, err := f.Rekey(p.ids(p.recovery)); err == nil || !strings.Contains(err.Error(), "expected at most 65536 bytes") {
		t.Errorf("expected the file to be refused, found %v", err)
	}
	if after, _ := os.ReadFile(f.path("bridge-key")); !bytes.Equal(sealed, after) {
		t.Error("a refused re-key changed the file")
	}
}

// The age program reads what we write, and we read what it writes (agenix calls it).
func TestAgeProgram(t *testing.T) {
	program, err := exec.LookPath("age")
	if err != nil {
		t.Fatalf("%v; `make` brings the Debian package age", err)
	}
	p := newPlace(t)
	f := p.full()
	for _, identity := range []string{p.host, p.recovery} {
		out, err := exec.Command(program, "-d", "-i", identity, f.path("forge-token")).Output()
		if err != nil || string(out) != "0123456789abcdef0123456789abcdef01234567" {
			t.Errorf("age -d -i %s: %v", filepath.Base(identity), err)
		}
	}
	cmd := exec.Command(program, "-R", filepath.Join(p.dir, recipientsFile), "-o", f.path("registry-auth"))
	cmd.Stdin = strings.NewReader(`{"auths":{"registry.example.org":{"auth":"bWU6b3duLXBhc3N3b3Jk"}}}`)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("age -R: %v: %s", err, out)
	}
	if got, err := f.Get("registry-auth", p.ids(p.host)); err != nil || !strings.Contains(string(got), "registry.example.org") {
		t.Errorf("ours: %v", err)
	}
	if found := p.check(p.host, p.recovery); found != "" {
		t.Error(found)
	}
}
