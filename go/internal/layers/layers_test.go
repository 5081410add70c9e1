// Package layers holds no code: its test keeps the arrows between the packages
// pointing down (docs/explanation/architecture.md).
package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "coopcloud.tech/cc-ci/"

// order names the layers from the ground up. A package may import those of lower
// rows alone. A new package must be put somewhere.
var order = [][]string{
	{"plan", "site", "result", "event", "redact", "registry", "lock", "router", "badge", "generation", "supervise", "trigger", "apiclient", "killpoint", "lease", "recorder", "server", "certificate", "golden", "structdoc", "ownrepo"},
	{"sidecar", "keep", "point", "finding"},
	{"abra", "swarm", "recipe", "sandbox", "gitea", "drone"},
	{"browser", "standin", "backupbot", "restic", "secrets"},
	{"step", "report", "janitor", "policy", "lint", "draft"},
	{"app", "localtest", "ledger", "answer", "store"},
	{"stage"},
	{"run", "doctor", "dashboard", "contract", "bridge", "follow", "strength", "converge", "mirror"},
	{"web", "bench"},
	{"live", "forge", "layers"},
}

// external is what only one package may talk to: its adapter.
var external = map[string][]string{
	"github.com/docker/docker/client":               {"swarm", "standin", "router", "contract"},
	"github.com/playwright-community/playwright-go": {"browser"},
	"github.com/docker/cli/cli/config":              {"registry"},
	"github.com/docker/cli/cli/compose/loader":      {"recipe", "standin", "policy"},
	"github.com/spf13/cobra":                        {"standin"},
	"github.com/nix-community/go-nix/pkg/nar":       {"recipe"},
	"code.gitea.io/sdk/gitea":                       {"gitea"},
	"github.com/drone/drone-go/drone":               {"drone"},
	"github.com/hashicorp/go-retryablehttp":         {"apiclient"},
	"filippo.io/age":                                {"secrets"},
	"filippo.io/age/agessh":                         {"secrets"},
}

func TestArrowsPointDown(t *testing.T) {
	rank := map[string]int{}
	for i, row := range order {
		for _, p := range row {
			rank[p] = i
		}
	}
	walk(t, func(pkg, file, imported string) {
		own, ok := rank[pkg]
		if !ok {
			t.Errorf("%s: package %s has no place in the order of layers", file, pkg)
			return
		}
		if rest, ok := strings.CutPrefix(imported, module+"internal/"); ok {
			to, _, _ := strings.Cut(rest, "/")
			if to != pkg && rank[to] >= own {
				t.Errorf("%s: %s imports %s, which does not lie below it", file, pkg, to)
			}
		}
		for path, allowed := range external {
			if imported == path && !slices.Contains(allowed, pkg) {
				t.Errorf("%s: %s imports %s; only %v may", file, pkg, path, allowed)
			}
		}
	})
}

// A reader finds every package in the page that explains them.
func TestLayersAreExplained(t *testing.T) {
	page, err := os.ReadFile("../../../docs/explanation/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range slices.Concat(order...) {
		if !strings.Contains(string(page), "`"+p+"`") {
			t.Errorf("docs/explanation/architecture.md does not say what package %s is for", p)
		}
	}
}

// walk gives every import of every file below internal/, tests left out.
func walk(t *testing.T, each func(pkg, file, imported string)) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		pkg, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			imported, _ := strconv.Unquote(i.Path.Value)
			each(pkg, rel, imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
