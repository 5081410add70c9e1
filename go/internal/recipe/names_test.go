package recipe

import (
	"strings"
	"testing"
)

// The recipes of requirement B, with the longest secret or config that each is
// expected to have.
var breadth = map[string]string{
	"custom-html": "nginx_default_conf_v6", "custom-html-tiny": "", "hedgedoc": "session_secret_v1", "cryptpad": "nginx_conf_v10",
	"n8n": "encryption_key_v1", "keycloak": "admin_password_v1", "authentik": "admin_token_v1", "lasuite-docs": "django_secret_v1",
	"lasuite-drive": "oidc_client_secret_v1", "lasuite-meet": "livekit_secret_v1", "matrix-synapse": "macaroon_v1",
	"immich": "db_password_v1", "bluesky-pds": "plc_rotation_key_v1",
}

func TestNames(t *testing.T) {
	const ci = "ci.commoninternet.net"
	if len(breadth) != 13 {
		t.Fatalf("expected thirteen recipes, found %d", len(breadth))
	}
	for recipe, object := range breadth {
		for _, again := range []int{0, 2, 99} {
			n := Naming{Recipe: recipe, PR: 9999, Commit: strings.Repeat("a1b2c3d4", 5), CIDomain: ci, Longest: len(object), Again: again}
			got, err := n.Make()
			if err != nil {
				t.Errorf("%s: %v", recipe, err)
				continue
			}
			if len(got.Domain) > 45 || len(got.Stack)+1+len(object) > 64 {
				t.Errorf("%s: %s is too long", recipe, got.Domain)
			}
			label := strings.TrimSuffix(got.Domain, "."+ci)
			if !dnsLabel.MatchString(label) || !IsRunStack(got.Stack, ci) {
				t.Errorf("%s: %s is no legal name of a run", recipe, got.Domain)
			}
			if got.Shortened == strings.HasPrefix(label, recipe+"-pr") {
				t.Errorf("%s: %s: shortened = %v", recipe, got.Domain, got.Shortened)
			}
		}
	}
}

func TestNamesExamples(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Naming
		want string // "" wants an error
	}{
		{"fits", Naming{"hedgedoc", 12, "a1b2c3d4", "ci.example.org", 17, 0}, "hedgedoc-pr12-a1b2c3d.ci.example.org"},
		{"from a shell", Naming{"n8n", 0, "a1b2c3d", "ci.example.org", 0, 0}, "n8n-pr0-a1b2c3d.ci.example.org"},
		{"second run", Naming{"n8n", 0, "a1b2c3d", "ci.example.org", 0, 2}, "n8n-pr0-a1b2c3d-2.ci.example.org"},
		{"shortened", Naming{"bluesky-pds", 9999, "a1b2c3d", "ci.commoninternet.net", 19, 0}, "bl-6bf1-pr9999-a1b2c3d.ci.commoninternet.net"},
		{"hash alone", Naming{"matrix-synapse", 9999, "a1b2c3d", "ci.commoninternet.net", 22, 0}, "7a0a-pr9999-a1b2c3d.ci.commoninternet.net"},
		{"less hash", Naming{"custom-html", 9999, "a1b2c3d", "ci.commoninternet.net", 21, 99}, "22-pr9999-a1b2c3d-99.ci.commoninternet.net"},
		{"no DNS name", Naming{"My_App", 1, "a1b2c3d", "ci.example.org", 0, 0}, "my-app-0e86-pr1-a1b2c3d.ci.example.org"},
		{"no room", Naming{"matrix-synapse", 9999, "a1b2c3d", "ci.commoninternet.net", 29, 0}, ""},
		{"no commit", Naming{"n8n", 1, "main", "ci.example.org", 0, 0}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.in.Make()
			if got.Domain != c.want || (err != nil) != (c.want == "") {
				t.Errorf("Make = %q, %v; want %q", got.Domain, err, c.want)
			}
		})
	}
}

func TestIsRunDomain(t *testing.T) {
	for domain, want := range map[string]bool{
		"n8n-pr0-a1b2c3d.ci.example.org":    true,
		"n8n-pr0-a1b2c3d-2.ci.example.org":  true,
		"n8n-pr0-a1b2c3d-1.ci.example.org":  false,
		"n8n-pr0-a1b2c3.ci.example.org":     false,
		"n8n-pr00-a1b2c3d.ci.example.org":   false,
		"-pr0-a1b2c3d.ci.example.org":       false,
		"n8n.ci.example.org":                false,
		"traefik.ci.example.org":            false,
		"n8n-pr0-a1b2c3d.example.org":       false,
		"x.n8n-pr0-a1b2c3d.ci.example.org":  false,
		"n8n-pr0-a1b2c3d.ci.example.org.uk": false,
	} {
		if got := IsRunStack(StackName(domain), "ci.example.org"); got != want {
			t.Errorf("IsRunStack(%s) = %v", StackName(domain), got)
		}
	}
}
