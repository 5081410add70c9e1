package secrets

import (
	"bytes"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

// Whatever is done in whatever order: every value can be read by the host and by the recovery key, is the
// one that was put last, and check finds nothing.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := mathrand.New(mathrand.NewPCG(seed, 1))
			p := newPlace(t)
			f := p.full()
			hosts := []string{p.host}
			values := map[string]string{}
			learn := func(name string) {
				v, err := f.Get(name, p.ids(hosts[0]))
				p.ok(err)
				values[name] = string(v)
			}
			names, err := f.Names()
			p.ok(err)
			for _, n := range names {
				learn(n)
			}
			for range 8 {
				switch name := names[random.IntN(len(names))]; random.IntN(4) {
				case 0: // rotate
					s, err := Lookup(name)
					p.ok(err)
					if before := values[name]; s.Internal() {
						p.ok(f.Rotate(s))
						if learn(name); values[name] == before || len(values[name]) != s.Length {
							t.Errorf("%s: expected another value of %d digits, found the old one or %d", name, s.Length, len(values[name]))
						}
					}
				case 1: // the operator gives a new one
					values["forge-token"] = fmt.Sprintf("%040x", random.Uint64())
					p.ok(f.Put("forge-token", []byte(values["forge-token"])))
				case 2: // a further host
					file, public := sshKey(t)
					text, err := os.ReadFile(filepath.Join(p.dir, recipientsFile))
					p.ok(err)
					p.write(filepath.Join(p.dir, recipientsFile), string(text)+"\n# host another\n"+public)
					hosts = append(hosts, file)
					f = p.open()
					_, err = f.Rekey(p.ids(p.recovery))
					p.ok(err)
				case 3: // nothing is missing, so nothing is made
					if made, err := f.Make(); err != nil || len(made) > 0 {
						t.Errorf("Make: %v, %v", made, err)
					}
				}
			}
			for name, want := range values {
				for _, file := range append(hosts, p.recovery) {
					if got, err := f.Get(name, p.ids(file)); err != nil || string(got) != want {
						t.Errorf("%s by %s: %v", name, filepath.Base(file), err)
					}
				}
			}
			if found := p.check(p.host, p.recovery); found != "" {
				t.Error(found)
			}
		})
	}
}

// A row is one way in which a secret gets out, or a file is for the wrong people.
func TestFindings(t *testing.T) {
	_, strangerKey := sshKey(t)
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealFor := func(p place, name string, to ...age.Recipient) {
		var out bytes.Buffer
		w, err := age.Encrypt(&out, to...)
		p.ok(err)
		_, err = w.Write([]byte("12345678"))
		p.ok(err)
		p.ok(w.Close())
		p.ok(os.WriteFile(filepath.Join(p.dir, name+".age"), out.Bytes(), 0o644))
	}
	for _, c := range []struct {
		name  string
		spoil func(p place)
		with  bool // with the host's and the recovery identity
		want  string
	}{
		{"nothing", func(place) {}, true, ""},
		{"plain text beside", func(p place) { p.write(filepath.Join(p.dir, "drone-rpc"), "x") }, false, "hosts/cc-ci/secrets/drone-rpc: expected encrypted secrets NAME.age alone"},
		{"plain text under its name", func(p place) { p.write(filepath.Join(p.dir, "drone-rpc.age"), "plain\n") }, false, "drone-rpc.age: expected a file that age encrypted"},
		{"an empty file", func(p place) { p.write(filepath.Join(p.dir, "drone-rpc.age"), "") }, false, "drone-rpc.age: expected a file that age encrypted"},
		{"a value elsewhere", func(p place) {
			v, err := p.open().Get("bridge-key", p.ids(p.host))
			p.ok(err)
			p.write(filepath.Join(p.repo, "notes.md"), "a\nkey: "+string(v)+"\n")
		}, true, "notes.md:2: holds a secret's value in plain text: bridge-key"},
		{"a value elsewhere, encoded", func(p place) {
			p.write(filepath.Join(p.repo, "x.nix"), "x = \"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nw==\";\n")
		}, true, "x.nix:1: holds a secret's value in plain text: forge-token"},
		{"credentials that docker can't read", func(p place) {
			sealFor(p, "registry-auth", p.open().Recipients[0].public, p.open().Recipients[1].public)
		}, true, "registry-auth.age: json: cannot unmarshal number"},
		{"an age key", func(p place) { p.write(filepath.Join(p.repo, "key"), "# x\n"+other.String()+"\n") }, false, "key:2: holds a private key"},
		{"an SSH key", func(p place) {
			text, err := os.ReadFile(p.host)
			p.ok(err)
			p.write(filepath.Join(p.repo, "key"), string(text))
		}, false, "key:1: holds a private key"},
		{"a missing secret", func(p place) { p.ok(os.Remove(filepath.Join(p.dir, "forge-token.age"))) }, false, "forge-token.age: is missing: The bot's token"},
		{"a secret that nobody knows", func(p place) { sealFor(p, "x", p.open().Recipients[0].public, p.open().Recipients[1].public) }, false, `x.age: no secret "x"; expected one of drone-rpc`},
		{"a host too many", func(p place) {
			_, r, err := parseKey(strings.TrimSpace(strangerKey))
			p.ok(err)
			sealFor(p, "drone-rpc", p.open().Recipients[0].public, p.open().Recipients[1].public, r)
		}, false, "drone-rpc.age: 1 unknown recipient (ssh-ed25519 "},
		{"a native key too many", func(p place) {
			sealFor(p, "drone-rpc", p.open().Recipients[0].public, p.open().Recipients[1].public, other.Recipient())
		}, false, "drone-rpc.age: 1 unknown recipient (X25519)"},
		{"a host too few", func(p place) { sealFor(p, "drone-rpc", p.open().Recipients[1].public) }, false, "drone-rpc.age: 1 recipient of recipients.txt (ssh-ed25519 "},
		{"another in the recovery key's place", func(p place) { sealFor(p, "drone-rpc", p.open().Recipients[0].public, other.Recipient()) }, true, "recovery.txt: none of the identities can read it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.full()
			c.spoil(p)
			var with []string
			if c.with {
				with = []string{p.host, p.recovery}
			}
			found := p.check(with...)
			if c.want == "" && found != "" || !strings.Contains(found, c.want) {
				t.Errorf("expected %q, found:\n%s", c.want, found)
			}
		})
	}
}

// A row is a list of recipients that must be refused.
// What docker can't read doesn't get into the folder, and what was there stays.
func TestPutRefusesBrokenCredentials(t *testing.T) {
	p := newPlace(t)
	f := p.full()
	p.ok(f.Put("registry-auth", []byte(`{"auths": {"quay.io": {"auth": "bWU6cHc="}}}`)))
	err := f.Put("registry-auth", []byte(`{"auths": {"quay.io": {"auth": "hush"}}}`))
	if err == nil || !strings.Contains(err.Error(), `secret registry-auth: auths["quay.io"]: expected`) {
		t.Errorf("expected the place of what is wrong, found %v", err)
	}
	if v, err := f.Get("registry-auth", p.ids(p.host)); err != nil || !strings.Contains(string(v), "bWU6cHc=") {
		t.Errorf("the value before is gone: %v", err)
	}
}

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

func TestCatalog(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Catalog() {
		if seen[s.Name] || s.Description == "" || s.Also == "" || s.Kind != "internal" && s.Kind != "operator" || s.Internal() != (s.Length > 0) {
			t.Errorf("row %+v", s)
		}
		seen[s.Name] = true
	}
}
