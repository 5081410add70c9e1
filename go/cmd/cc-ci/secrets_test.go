package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
)

// A server's secrets from nothing to a rotation, as docs/how-to/secrets.md tells it.
func TestSecretsLife(t *testing.T) {
	repo, away := t.TempDir(), t.TempDir()
	dir := filepath.Join(repo, "secrets")
	repotest.Git(t, repo, "init", "-q")
	at := func(name string) string { return filepath.Join(away, name) }
	for _, name := range []string{"host", "stranger"} {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{at(name): id.String(), at(name + ".pub"): id.Recipient().String()} {
			if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	const token = "0123456789abcdef0123456789abcdef01234567"
	if err := os.WriteFile(at("token"), []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	planted := filepath.Join(repo, "notes.txt")
	for _, step := range []struct {
		name, stdin string
		before      func() error
		args        []string
		code        int
		want        string
	}{
		{"init without the operator's", "", nil, []string{"init", "--host", "cc-ci=" + at("host.pub"), "--recovery", at("recovery")}, exitInfra, "these are yours to give:\n  forge-token: The bot's token"},
		{"check finds what is missing", "", nil, []string{"check"}, exitRed, "forge-token.age: is missing"},
		{"init again, with it", "", nil, []string{"init", "--from", "forge-token=" + at("token")}, exitGreen, "forge-token: taken from "},
		{"init a third time", "", nil, []string{"init"}, exitGreen, "registry-auth: not there, and not required"},
		{"check with both keys", "", nil, []string{"check", "-i", at("host"), "-i", at("recovery")}, exitGreen, "right: 7 secrets for 2 keys; their values were searched for"},
		{"rotate one", "", nil, []string{"rotate", "drone-rpc"}, exitGreen, "restart: drone-server.service drone-runner.service"},
		{"rotate all", "", nil, []string{"rotate", "--all"}, exitGreen, "upload-key: new value"},
		{"rotate the operator's", "", nil, []string{"rotate", "forge-token"}, exitUsage, "is the operator's: get a new one"},
		{"edit from standard input", "89abcdef0123456789abcdef0123456701234567\n", nil, []string{"edit", "forge-token", "--from", "-"}, exitGreen, "also: delete the old token on the forge"},
		{"edit with nothing", "\n", nil, []string{"edit", "forge-token", "--from", "-"}, exitUsage, "expected a value, found none"},
		{"re-key by a stranger", "", nil, []string{"rekey", "-i", at("stranger")}, exitUsage, "none of the identities can read it; nothing was changed"},
		{"re-key by the recovery key", "", nil, []string{"rekey", "-i", at("recovery")}, exitGreen, "7 secrets for 2 keys"},
		{"check finds a planted value", "", func() error {
			return os.WriteFile(planted, []byte("token 89abcdef0123456789abcdef0123456701234567\n"), 0o644)
		}, []string{"check", "-i", at("host")}, exitRed, "notes.txt:1: holds a secret's value in plain text: forge-token"},
	} {
		if step.before != nil {
			if err := step.before(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
		}
		var out bytes.Buffer
		root := rootCmd()
		root.SetArgs(append([]string{"secrets", "--dir", dir}, step.args...))
		root.SetIn(strings.NewReader(step.stdin))
		root.SetOut(&out)
		root.SetErr(&out)
		if code := exitCode(&out, root.ExecuteContext(context.Background())); code != step.code || !strings.Contains(out.String(), step.want) {
			t.Errorf("%s: expected %d and %q, found %d and:\n%s", step.name, step.code, step.want, code, &out)
		}
		if strings.Contains(out.String(), token) || strings.Contains(out.String(), "89abcdef01234567") {
			t.Errorf("%s: shows a secret:\n%s", step.name, &out)
		}
	}
}
