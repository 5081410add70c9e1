package server

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// whole is a file with every field.
func whole(t *testing.T) map[string]any {
	t.Helper()
	b, err := os.ReadFile("testdata/whole.json")
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhole(t *testing.T) {
	s, err := Load("testdata/whole.json")
	if err != nil {
		t.Fatal(err)
	}
	if s.Swarm.Network != "proxy" || s.Swarm.DataPathPort != 4789 || s.Traefik.Routes[0].Path != "/hook" || s.Drone.ClientFile == "" {
		t.Errorf("read %+v", s)
	}
}

// A row changes one value at a dotted path; nil deletes it.
func TestWrong(t *testing.T) {
	for _, c := range []struct {
		name, at string
		value    any
		want     string
	}{
		{"typo", "domian", "x", `unknown field "domian"`},
		{"no domain", "domain", nil, `domain: expected a domain name in lower case, found ""`},
		{"port as a string", "swarm.dataPathPort", "4789", "cannot unmarshal string"},
		{"secret in the store", "traefik.key", "/nix/store/x/key.pem", `traefik.key: expected an absolute path outside of the Nix store`},
		{"store by a detour", "forge.tokenFile", "/var/../nix/store/x", "forge.tokenFile: expected an absolute path outside"},
		{"relative certificate", "traefik.certificate", "fullchain.pem", "traefik.certificate: expected an absolute path"},
		{"no certificate", "traefik.certificate", nil, `traefik.certificate: expected an absolute path outside of the Nix store, which everybody can read, found ""`},
		{"volumes nowhere", "backup.volumes.at", nil, `backup.volumes.at: expected an absolute path, found ""`},
		{"networks that overlap", "swarm.networkSubnet", "10.201.4.0/24", "swarm.networkSubnet: expected a network outside of swarm.addressPool 10.201.0.0/16, found 10.201.4.0/24"},
		{"host bits set", "swarm.gatewaySubnet", "172.30.0.1/24", "swarm.gatewaySubnet: expected a network like"},
		{"pool of no networks", "swarm.addressPoolMask", 16, "swarm.addressPoolMask: expected more than 16"},
		{"password in an address", "forge.url", "https://a:b@git.example.org", "forge.url: expected https://host"},
		{"token in plain sight", "forge.url", "http://git.example.org", "forge.url: expected https://host without a name or password (http:// to this machine alone)"},
		{"variable of the converger", "traefik.env", map[string]any{"DOMAIN": "x"}, "traefik.env.DOMAIN: is the converger's own"},
		{"domain too long", "traefik.domain", strings.Repeat("a", 40) + ".example.org", "at most 40 characters"},
		{"route elsewhere", "traefik.routes", []any{map[string]any{"name": "x", "host": "example.com", "to": "http://h:1"}}, "traefik.routes[0].host: expected ci.example.org or one name below it"},
		{"route with a rule in its path", "traefik.routes", []any{map[string]any{"name": "x", "host": "ci.example.org", "path": "/`) || Host(`x", "to": "http://h:1"}}, "traefik.routes[0].path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := whole(t)
			at := m
			keys := strings.Split(c.at, ".")
			for _, k := range keys[:len(keys)-1] {
				at = at[k].(map[string]any)
			}
			if at[keys[len(keys)-1]] = c.value; c.value == nil {
				delete(at, keys[len(keys)-1])
			}
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "server.json")
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = Load(path)
			if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("want %q of %s, got %v", c.want, path, err)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("CC_CI_SERVER", "/nowhere/server.json")
	if _, err := Load(""); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "none at /nowhere/server.json") {
		t.Error(err)
	}
}

func TestConfidential(t *testing.T) {
	for address, want := range map[string]bool{
		"https://git.example.org": true, "http://git.example.org": false, "http://127.0.0.1:3000": true, "http://[::1]:3000": true, "http://localhost": true,
		"http://localhost.example.org": false, "http://172.30.0.1:7777": false, "ftp://127.0.0.1": false, "http://%": false, "": false,
	} {
		if got := Confidential(address); got != want {
			t.Errorf("%q: expected %t, found %t", address, want, got)
		}
	}
}
