package recipe

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestNeeds(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		".env.sample": "DOMAIN=a.test\nTITLE=x\n#EXTRA=', `b.test`'\n#SMTP_HOST=\n",
		"compose.yml": `version: "3.8"
services:
  app:
    image: "app:${TAG:-1}"
    environment:
      - TITLE
      - SMTP_HOST
      - TZ
      - "KEY=${KEY}"
      - "OLD=${OLD-none}"
      - "PRICE=$$5"
      - "WORD=$WORD"
    deploy:
      labels:
        - "rule=Host(${DOMAIN}${EXTRA})"
`,
		"compose.db.yml": "version: \"3.8\"\nservices:\n  db:\n    image: db:1\n    environment:\n      SIZE: ${SIZE:?how big}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Load(dir, map[string]string{"DOMAIN": "a.test"}, []string{"compose.yml", "compose.db.yml"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"DOMAIN", "KEY", "SIZE", "TITLE", "WORD"}
	if got := f.Needs(); !slices.Equal(got, want) {
		t.Errorf("want %v, got %v", want, got)
	}
}
