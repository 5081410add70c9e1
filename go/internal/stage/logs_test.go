package stage

import (
	"encoding/base64"
	"testing"

	"coopcloud.tech/cc-ci/internal/redact"
)

func TestPrinted(t *testing.T) {
	m := redact.New()
	if err := m.Add("admin_password", "zK81-q\"pW4s"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"nothing", []string{"listening on :8080"}, ""},
		{"as it is", []string{"x", "password: zK81-q\"pW4s"}, "[secret admin_password]"},
		{"escaped for JSON", []string{`{"p":"zK81-q\"pW4s"}`}, "[secret admin_password]"},
		{"in base64 of more", []string{base64.StdEncoding.EncodeToString([]byte("user:zK81-q\"pW4s"))}, "[secret admin_password]"},
		{"twice", []string{"zK81-q\"pW4s", "zK81-q\"pW4s"}, "[secret admin_password]"},
		{"what looks like a mask", []string{"[secret other]"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := printed(m.String, tt.lines); got != tt.want {
				t.Errorf("want %q, got %q", tt.want, got)
			}
		})
	}
}
