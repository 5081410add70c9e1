package secrets

import (
	"bytes"
	"fmt"
	mathrand "math/rand/v2"
	"os"
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

func TestCatalog(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Catalog() {
		if seen[s.Name] || s.Description == "" || s.Also == "" || s.Kind != "internal" && s.Kind != "operator" || s.Internal() != (s.Length > 0) {
			t.Errorf("row %+v", s)
		}
		seen[s.Name] = true
	}
}
