package registry

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/registry"
)

// configured is a process whose docker folder holds this config.json.
func configured(t *testing.T, text string) (file string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	file = filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestHeader(t *testing.T) {
	// "me:hub-password", "me:own-password"
	configured(t, `{
		"auths": {
			"https://index.docker.io/v1/": {"auth": "bWU6aHViLXBhc3N3b3Jk"},
			"registry.example.org:5000": {"auth": "bWU6b3duLXBhc3N3b3Jk"},
			"https://ghcr.io/v2/": {"username": "me", "password": "plain-password"},
			"token.example.org": {"identitytoken": "identity-token"},
			"helped.example.org": {}
		},
		"credsStore": "nobody", "credHelpers": {"registry.example.org:5000": "nobody"}
	}`)
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]registry.AuthConfig{
		"nginx":                                    {Username: "me", Password: "hub-password", ServerAddress: hub},
		"docker.io/library/nginx:1.27":             {Username: "me", Password: "hub-password", ServerAddress: hub},
		"index.docker.io/library/nginx:1.27":       {Username: "me", Password: "hub-password", ServerAddress: hub},
		"nginx@sha256:" + strings.Repeat("0a", 32): {Username: "me", Password: "hub-password", ServerAddress: hub},
		"registry.example.org:5000/a/b":            {Username: "me", Password: "own-password", ServerAddress: "registry.example.org:5000"},
		"ghcr.io/a/b:1":                            {Username: "me", Password: "plain-password", ServerAddress: "https://ghcr.io/v2/"},
		"token.example.org/a":                      {IdentityToken: "identity-token", ServerAddress: "token.example.org"},
		"registry.example.org/another/port":        {},
		"quay.io/a/b":                              {},
		"helped.example.org/a":                     {},
	} {
		header, err := c.Header(ref)
		if err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		got, err := registry.DecodeAuthConfig(header)
		if err != nil || *got != want || (header == "") != (want == registry.AuthConfig{}) {
			t.Errorf("%s: expected %+v, found %+v, %v", ref, want, *got, err)
		}
	}
	if _, err := c.Header("Nginx"); err == nil {
		t.Error("expected an error for a name in capitals")
	}
	got := slices.Sorted(slices.Values(c.Secrets()))
	if want := []string{"hub-password", "identity-token", "own-password", "plain-password"}; !slices.Equal(got, want) {
		t.Errorf("secrets: expected %v, found %v", want, got)
	}
}

func TestNoFile(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", filepath.Join(t.TempDir(), "nowhere"))
	c, err := Load()
	if header, e := c.Header("nginx"); err != nil || e != nil || header != "" {
		t.Errorf("expected no credentials, found %q, %v, %v", header, err, e)
	}
	if header, err := (Credentials{}).Header("nginx"); err != nil || header != "" {
		t.Errorf("zero value: found %q, %v", header, err)
	}
}

// A broken file is told by its path and the place in it, and without what stands there.
func TestBrokenFile(t *testing.T) {
	for _, tt := range []struct{ name, text, place string }{
		{"no JSON", `hush-hush`, "line 1: "},
		{"no JSON further down", "{\"auths\": {\n\"quay.io\": hush-hush}}", "line 2: "},
		{"cut off", `{"auths": {"quay.io": {"auth": "hush-hush`, "to its end"},
		{"another type", `{"auths": "hush-hush"}`, "auths"},
		{"no base64", `{"auths": {"ghcr.io": {"auth": "bWU6cHc="}, "quay.io": {"auth": "hush-hush"}}}`, `auths["quay.io"]: expected`},
		{"no user", `{"auths": {"quay.io": {"auth": "aHVzaC1odXNo"}}}`, `auths["quay.io"]: expected`},
		{"another depth", `{"auths": {"quay.io": "hush-hush"}}`, `auths["quay.io"]: expected`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := configured(t, tt.text)
			_, err := Load()
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tt.place) {
				t.Errorf("expected an error that names %s and %s, found %v", file, tt.place, err)
			}
			if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "aHVz")) {
				t.Errorf("the error shows what stands there: %v", err)
			}
			if err := Check([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.place) {
				t.Errorf("Check: expected %s, found %v", tt.place, err)
			}
		})
	}
	t.Run("a link that leads nowhere", func(t *testing.T) {
		file := configured(t, "")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/nowhere/registry-auth", file); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("expected an error that names %s, found %v", file, err)
		}
	})
	t.Run("a folder", func(t *testing.T) {
		file := configured(t, "")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(file, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("expected an error that names %s, found %v", file, err)
		}
	})
}

// What a person's machine may have, a server's secret may not: it would be of no use.
func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		`{"auths": {"quay.io": {"auth": "bWU6cHc="}}}`:                                          "",
		`{"auths": {"quay.io": {"identitytoken": "t"}}, "credHelpers": {"ghcr.io": "x"}}`:       "",
		`{"auths": {"quay.io": {"auth": "bWU6cHc="}, "ghcr.io": {}}, "credsStore": "secret-x"}`: `auths["ghcr.io"]: expected credentials, found none`,
		`{"credsStore": "desktop"}`: "auths: expected the credentials of at least one registry",
		`{}`:                        "auths: expected the credentials of at least one registry",
		`{"auths": {"quay.io": {"auth": "bWU6cHc="}}} rest`: "nothing behind it",
	} {
		err := Check([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: expected %q, found %v", text, want, err)
		}
	}
}

// Who gets another HOME is told where the credentials lie, if there are any.
func TestEnvironment(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("DOCKER_CONFIG", "")
	if got := Environment(); got != nil {
		t.Errorf("without a file: found %v", got)
	}
	dir := filepath.Join(home, ".docker")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Environment(); !slices.Equal(got, []string{"DOCKER_CONFIG=" + dir}) {
		t.Errorf("with a file: found %v", got)
	}
	t.Setenv("DOCKER_CONFIG", "/elsewhere")
	if got := Environment(); !slices.Equal(got, []string{"DOCKER_CONFIG=/elsewhere"}) {
		t.Errorf("told where: found %v", got)
	}
}
