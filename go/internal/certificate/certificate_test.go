package certificate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/certificate/issue"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

var names = []string{"ci.example.org", "*.ci.example.org"}

// A row is a certificate that an operator could put there.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name          string
		request       issue.Request
		warning, want string
	}{
		{"right", issue.Request{Names: names, From: now.AddDate(0, 0, -1), To: now.AddDate(0, 0, 89)}, "", ""},
		{"22 days left", issue.Request{Names: names, From: now.AddDate(0, 0, -60), To: now.AddDate(0, 0, 22)}, "", ""},
		{"20 days left", issue.Request{Names: names, From: now.AddDate(0, 0, -60), To: now.AddDate(0, 0, 20)}, "expires on 2026-12-16 12:00 UTC, in 20 days", ""},
		{"past", issue.Request{Names: names, From: now.AddDate(0, 0, -90), To: now.Add(-time.Hour)}, "", "expired on 2026-11-26 11:00 UTC; renew it"},
		{"not yet", issue.Request{Names: names, From: now.Add(time.Hour), To: now.AddDate(0, 0, 90)}, "", "is the clock right?"},
		{"apex missing", issue.Request{Names: names[1:], From: now.AddDate(0, 0, -1), To: now.AddDate(0, 0, 89)}, "", "does not cover ci.example.org; it covers *.ci.example.org"},
		{"wildcard missing", issue.Request{Names: names[:1], From: now.AddDate(0, 0, -1), To: now.AddDate(0, 0, 89)}, "", "does not cover *.ci.example.org; it covers ci.example.org"},
		{"another wildcard", issue.Request{Names: []string{"*.example.org"}, From: now.AddDate(0, 0, -1), To: now.AddDate(0, 0, 89)}, "", "does not cover *.ci.example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Load(issue.Files(t, c.request))
			if err != nil {
				t.Fatal(err)
			}
			warning, err := p.Judge(now, names)
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("want %q, got %v", c.want, err)
			}
			if c.warning == "" && warning != "" || !strings.Contains(warning, c.warning) {
				t.Errorf("want the warning %q, got %q", c.warning, warning)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	valid := issue.Request{Names: names, From: now, To: now.AddDate(0, 0, 90)}
	cert, key := issue.Files(t, valid)
	_, other := issue.Files(t, valid)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	text := filepath.Join(t.TempDir(), "text.pem")
	for path, content := range map[string]string{empty: "", text: "no certificate\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, cert, key, want string }{
		{"right", cert, key, ""},
		{"not there", "/nowhere/fullchain.pem", key, "found none that can be read: stat /nowhere/fullchain.pem"},
		{"key not there", cert, "/nowhere/privkey.pem", "key: expected the operator's file"},
		{"another's key", cert, other, other + ": expected the key of " + cert},
		{"exchanged", key, cert, "expected certificates alone, found a block"},
		{"empty", empty, key, "expected a file of 1 byte to 400 KiB"},
		{"no certificate in it", text, key, "found no certificate"},
		{"a folder", t.TempDir(), key, "expected a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(c.cert, c.key)
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		})
	}
}

// A renewal has another version; the same chain has the same one.
func TestVersion(t *testing.T) {
	valid := issue.Request{Names: names, From: now, To: now.AddDate(0, 0, 90)}
	cert, key := issue.Files(t, valid)
	a, _ := Load(cert, key)
	again, _ := Load(cert, key)
	b, _ := Load(issue.Files(t, valid))
	if a.Version() != again.Version() || a.Version() == b.Version() || len(a.Version()) != 11 {
		t.Errorf("versions: %s, again %s, of another %s", a.Version(), again.Version(), b.Version())
	}
}
