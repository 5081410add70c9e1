package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

// execute runs a command line as main does.
func execute(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	root := rootCmd()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	code = exitCode(&errs, root.ExecuteContext(context.Background()))
	return out.String(), errs.String(), code
}

// Each row is one mistake at the keyboard or one broken machine: its status is a promise (I1).
func TestMistakes(t *testing.T) {
	plan := "../../internal/plan/testdata/minimal.json"
	broken := filepath.Join(t.TempDir(), "site.json")
	if err := os.WriteFile(broken, []byte(`{"domian": "x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(t.TempDir(), "site.json")
	if err := os.WriteFile(whole, fmt.Appendf(nil, `{"domain": "ci.example.org", "state": %q}`, t.TempDir()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"DRONE_REPO", "DRONE_BUILD_NUMBER"} { // set where Drone runs this test
		t.Setenv(name, "")
	}
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"help", []string{"--help"}, exitGreen, ""},
		{"unknown command", []string{"rnu"}, exitUsage, `unknown command "rnu"`},
		{"unknown flag", []string{"run", "--pln", plan}, exitUsage, "unknown flag: --pln (see `cc-ci run --help`)"},
		{"no plan", []string{"run"}, exitUsage, "--plan FILE is missing"},
		{"an argument too many", []string{"run", "--plan", plan, "x"}, exitUsage, "accepts 0 arg(s), received 1"},
		{"plan that is not there", []string{"run", "--plan", "/nowhere"}, exitUsage, "open /nowhere: no such file"},
		{"negative pull request", []string{"run", "--plan", plan, "--pr", "-1"}, exitUsage, "--pr: expected a number of 0 or more, found -1"},
		{"pull request that is no number", []string{"run", "--plan", plan, "--pr", "x"}, exitUsage, `invalid argument "x" for "--pr" flag`},
		{"unknown stage", []string{"run", "--plan", plan, "--stage", "instal"}, exitUsage, `--stage: expected one of install`},
		{"repeated never", []string{"run", "--plan", plan, "--repeat", "0"}, exitUsage, "--repeat: expected a number of 1 or more, found 0"},
		{"detached with a report elsewhere", []string{"run", "--plan", plan, "--detach", "--json"}, exitUsage, "--detach takes no --out"},
		{"a lease of nothing", []string{"run", "--plan", plan, "--detach", "--lease", "0s"}, exitUsage, "--lease: expected more than 0s"},
		{"follow nothing", []string{"follow"}, exitUsage, "follow: expected one of install, backup, local, upgrade, report"},
		{"follow no stage", []string{"follow", "prepare", "--run", "20261123-043500-0a1b2c3d"}, exitUsage, `found ["prepare"]`},
		{"follow without a run", []string{"follow", "install", "--site", whole}, exitUsage, "--run NAME is missing"},
		{"follow a run that climbs", []string{"follow", "install", "--run", "../x", "--site", whole}, exitUsage, "--run: expected a name like"},
		{"follow a run that is not there", []string{"follow", "install", "--run", "20261123-043500-0a1b2c3d", "--site", whole}, exitInfra, "no such run"},
		{"publish to nowhere", []string{"publish", "--site", whole}, exitInfra, "the site names no results store"},
		{"ref that is a flag", []string{"run", "--plan", plan, "--ref", "--upload-pack=x"}, exitUsage, "--ref: expected a commit, tag or branch"},
		{"report below a file", []string{"run", "--plan", plan, "--out", broken + "/out"}, exitUsage, "--out: mkdir " + broken + ": not a directory"},
		{"JUnit in no folder", []string{"run", "--plan", plan, "--junit", "/nowhere/j.xml"}, exitUsage, "--junit: expected a file in a folder that is there"},
		{"JUnit in place of a folder", []string{"run", "--plan", plan, "--junit", filepath.Dir(broken)}, exitUsage, "--junit: expected a file, or none yet, at "},
		{"site that is not there", []string{"run", "--plan", plan, "--site", "/nowhere"}, exitInfra, "no site file at /nowhere (set CC_CI_SITE, or pass --site; docs/reference/site.md tells what it holds)"},
		{"recording that is none", []string{"flow", "import", plan}, exitUsage, plan + ": expected 1 to 10000 steps, found 0"},
		{"recording that is not there", []string{"flow", "import", "/nowhere"}, exitUsage, "open /nowhere: no such file"},
		{"site that can't be read", []string{"run", "--plan", plan, "--site", filepath.Dir(broken)}, exitInfra, "site file " + filepath.Dir(broken) + ": expected a JSON file that this user may read"},
		{"keep for ever", []string{"run", "--plan", plan, "--keep", "1000h"}, exitUsage, "--keep: expected a duration of at most 12h0m0s, found 1000h0m0s"},
		{"keep each of several", []string{"run", "--plan", plan, "--keep", "1m", "--repeat", "2"}, exitUsage, "--keep: expected one run in the foreground, found --repeat 2"},
		{"keep for a word", []string{"run", "--plan", plan, "--keep", "long"}, exitUsage, `invalid argument "long" for "--keep" flag`},
		{"shell into nothing", []string{"shell"}, exitUsage, "shell: expected RUN and at most a SERVICE"},
		{"shell into too much", []string{"shell", "a", "b", "c"}, exitUsage, `found "a b c"`},
		{"converge nothing", []string{"converge", "everything"}, exitUsage, `unknown command "everything"`},
		{"server file that is not there", []string{"converge", "swarm", "--server", "/nowhere"}, exitUsage, "server file: none at /nowhere"},
		{"server file with a typo", []string{"server", "check", broken}, exitUsage, "server file " + broken + `: json: unknown field "domian"`},
		{"secrets without a list", []string{"secrets", "check", "--dir", "/nowhere"}, exitUsage, "open /nowhere/recipients.txt: no such file or directory (`cc-ci secrets init` makes it)"},
		{"rotate nothing", []string{"secrets", "rotate"}, exitUsage, "rotate: expected names of secrets, or --all"},
		{"rotate what nobody knows", []string{"secrets", "rotate", "x"}, exitUsage, `no secret "x"; expected one of drone-rpc`},
		{"re-key without a key", []string{"secrets", "rekey"}, exitUsage, "rekey: --identity is missing"},
		{"mirror nothing", []string{"mirror"}, exitUsage, "mirror: accepts 1 arg(s), received 0"},
		{"mirror to an address with a password", []string{"mirror", "x", "--forge", "https://a:b@git.example.org"}, exitUsage, "--forge: expected https://host without a name or password"},
		{"mirror with a token in plain sight", []string{"mirror", "x", "--forge", "http://git.example.org"}, exitUsage, "--forge: expected https (http to this machine alone)"},
		{"mirror without a token", []string{"mirror", "x", "--forge", "https://git.example.org", "--organisation", "r", "--token-file", "/nowhere"}, exitUsage, "--token-file: stat /nowhere: no such file"},
		{"doctor of no server", []string{"doctor", "--server", "--server-file", "/nowhere"}, exitUsage, "server file: none at /nowhere"},
		{"doctor of two things", []string{"doctor", "--server", "--baseline"}, exitUsage, "expected one of --abra-contract, --server and --baseline"},
		{"baseline over another", []string{"doctor", "--baseline", "--out", whole}, exitUsage, "--out: open " + whole + ": file exists"},
		{"site with a typo", []string{"janitor", "--site", broken}, exitInfra, broken + `: json: unknown field "domian"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, stderr, code := execute(c.args...)
			if code != c.code {
				t.Errorf("exit status: want %d, got %d", c.code, code)
			}
			if !strings.Contains(stderr, c.stderr) {
				t.Errorf("standard error: want %q, got %q", c.stderr, stderr)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{verdict{result.Fail}, 1},
		{verdict{result.Error}, 3},
		{verdict{result.NotRun}, 3},
		{usagef("x"), 2},
		{errInterrupted, 130},
		{fmt.Errorf("run: %w", context.Canceled), 130},
		{errors.New("no disk"), 3},
		{ended(0, nil), 0},
		{ended(1, nil), 1},
		{ended(0, errors.New("no disk")), 3},
		{ended(2, usagef("x")), 2},
	} {
		if got := exitCode(new(bytes.Buffer), c.err); got != c.want {
			t.Errorf("%v: want %d, got %d", c.err, c.want, got)
		}
	}
}

// Every command and flag says what it is for.
func TestHelpIsComplete(t *testing.T) {
	for _, cmd := range rootCmd().Commands() {
		var out bytes.Buffer
		root := rootCmd()
		root.SetArgs([]string{cmd.Name(), "--help"})
		root.SetOut(&out)
		if err := root.Execute(); err != nil || cmd.Short == "" || !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%s --help: %v\n%s", cmd.Name(), err, &out)
		}
	}
}
