package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/server"
	"coopcloud.tech/cc-ci/internal/site"
)

// Where checks/server keeps what modules/ gives for each host.
const rendered = repository + "/checks/server/golden"

// The files that the modules write are read by the code that reads them on a host.
func TestModulesWriteWhatIsRead(t *testing.T) {
	for _, host := range hosts(t) {
		t.Run(host, func(t *testing.T) {
			if _, err := site.Load(filepath.Join(rendered, host, "etc/cc-ci/site.json")); err != nil {
				t.Error(err)
			}
			if _, err := server.Load(filepath.Join(rendered, host, "etc/cc-ci/server.json")); err != nil {
				t.Error(err)
			}
		})
	}
}

var execStart = regexp.MustCompile(`(?m)^ExecStart=\S+/bin/(cc-ci .*)$`)

// The units call commands that there are, with flags that they take.
func TestUnitsCallCommands(t *testing.T) {
	called := map[string]bool{}
	for _, host := range hosts(t) {
		units, err := filepath.Glob(filepath.Join(rendered, host, "systemd/*.service"))
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range units {
			b, err := os.ReadFile(unit)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range execStart.FindAllStringSubmatch(string(b), -1) {
				words := strings.Fields(m[1])
				called[words[1]] = true
				if err := tryCommand(words, nil, true); err != nil {
					t.Errorf("%s: %s: %v", unit, m[1], err)
				}
				if words[1] == "bridge" {
					checkBridge(t, unit, words[2:])
				}
			}
		}
	}
	for _, command := range []string{"bridge", "converge", "dashboard", "janitor"} {
		if !called[command] {
			t.Errorf("expected a unit that calls cc-ci %s, found none", command)
		}
	}
}

// checkBridge sees that the bridge would not refuse the values.
func checkBridge(t *testing.T, unit string, args []string) {
	t.Helper()
	var f bridgeFlags
	cmd := &cobra.Command{}
	f.register(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		t.Errorf("%s: %v", unit, err)
	}
	if err := f.check(); err != nil {
		t.Errorf("%s: %v", unit, err)
	}
}

func hosts(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(rendered)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	if len(found) < 3 {
		t.Fatalf("expected three hosts in %s, found %q", rendered, found)
	}
	return found
}
