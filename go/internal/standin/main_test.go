package standin_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"coopcloud.tech/cc-ci/internal/ownrepo"
	"coopcloud.tech/cc-ci/internal/standin"
)

// TestMain lets the test's own executable be abra-standin.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"abra": func() { os.Exit(standin.Main(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the rows of the contract that need no swarm.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ABRA_DIR", filepath.Join(env.WorkDir, "abra"))
			env.Setenv("HOME", env.WorkDir)
			// No row here may reach an engine: an address that can't answer proves it.
			env.Setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				env.Setenv("GIT_"+who+"_NAME", "t")
				env.Setenv("GIT_"+who+"_EMAIL", "t@example.com")
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"recipe": recipe},
	})
}

// recipe is a script command: "recipe NAME" turns the script's folder NAME into a clone
// below ABRA_DIR with one commit and the tag 1.0.0+1.
func recipe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: recipe NAME")
	}
	dir := filepath.Join(ts.Getenv("ABRA_DIR"), "recipes", args[0])
	ts.Check(os.MkdirAll(filepath.Dir(dir), 0o755))
	ts.Check(os.Rename(ts.MkAbs(args[0]), dir))
	for _, line := range []string{"init -q -b main", "add .", "commit -q -m first", "tag -a -m x 1.0.0+1"} {
		_, err := ownrepo.Git(context.Background(), dir, strings.Fields(line)...)
		ts.Check(err)
	}
}
