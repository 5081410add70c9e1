package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test's own binary be the program, so that signals and the admin socket are the real ones.
func TestMain(m *testing.M) {
	if os.Getenv("NOTES_TEST_RUN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestDumpLoadAndStop(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"password", "key"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	notes := func(args ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), os.Args[0], args...)
		c.Env = append(os.Environ(), "NOTES_TEST_RUN=1", "NOTES_LISTEN=127.0.0.1:0", "NOTES_DATA="+dir,
			"NOTES_ADMIN="+filepath.Join(dir, "admin"), "NOTES_PASSWORD_FILE="+filepath.Join(dir, "password"),
			"NOTES_SESSION_KEY_FILE="+filepath.Join(dir, "key"))
		return c
	}
	server := notes()
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "backup.json")
	for end := time.Now().Add(time.Minute); notes("dump", file).Run() != nil; {
		if time.Now().After(end) {
			t.Fatalf("no dump within a minute: %s", log.String())
		}
	}
	if out, err := notes("load", file).CombinedOutput(); err != nil {
		t.Errorf("load: %s", out)
	}
	if err := os.WriteFile(file, []byte(`{"schema":1,"sequence":0,"notes":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := notes("load", file).CombinedOutput(); err == nil || !strings.Contains(string(out), "found 1") {
		t.Errorf("load of a dump from version 1: %v, %s; expected a refusal", err, out)
	}
	told := time.Now()
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("stop: %v: %s", err, log.String())
	}
	if took := time.Since(told); took > 8*time.Second {
		t.Errorf("stop took %s; an engine kills after 10 s", took)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"serve"}, {"dump"}, {"load", "a", "b"}} {
		if err := run(args); err == nil || !strings.Contains(err.Error(), "unknown command") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
