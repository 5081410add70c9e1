package dashboard

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/generation"
)

// TestKilledBuild kills a process that publishes and builds without a pause, at many instants. What
// is in force is always one whole site: each recipe's page and history end with the run that the
// overview shows. The next build brings the rest.
func TestKilledBuild(t *testing.T) {
	if dir := os.Getenv("DASHBOARD_TEST_BUILD"); dir != "" {
		publishAndBuild(t, dir)
	}
	dir := t.TempDir()
	if err := stock.Fill(filepath.Join(dir, "store"), stock.Shape{Recipes: 6, Runs: 5, Newest: newest}); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "site", generation.Current)
	for i := range 12 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledBuild$")
		child.Env = append(os.Environ(), "DASHBOARD_TEST_BUILD="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		before, _ := os.Readlink(at)
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
			if now, err := os.Readlink(at); err == nil && now != before {
				break
			}
		}
		time.Sleep(time.Duration(i) * 700 * time.Microsecond) // another instant each time
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		child.Wait() //nolint:errcheck // it was killed
		wholeSite(t, at, fmt.Sprintf("kill %d", i))
	}
	b := open(t, dir)
	build(t, b)
	add(t, filepath.Join(dir, "store"), stock.Name(0), 1<<20) // years later: what killed builds left goes with the next change
	build(t, b)
	wholeSite(t, at, "after all")
	for name, limit := range map[string]int{"gen": 2, "parts": 2 * 6} {
		if list, err := os.ReadDir(filepath.Join(dir, "site", name)); err != nil || len(list) > limit {
			t.Errorf("%s: expected at most %d, found %v, %v", name, limit, list, err)
		}
	}
}

// publishAndBuild never ends by itself.
func publishAndBuild(t *testing.T, dir string) {
	b := open(t, dir)
	for i := 0; ; i++ {
		r := stock.Run(rand.New(rand.NewPCG(uint64(os.Getpid()), uint64(i))), stock.Name(i%6), i, time.Now())
		if err := stock.Write(filepath.Join(dir, "store"), r); err != nil {
			t.Fatal(err)
		}
		build(t, b)
	}
}

func open(t *testing.T, dir string) *Builder {
	t.Helper()
	root, err := os.OpenRoot(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	site, err := generation.Open(filepath.Join(dir, "site"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close(); site.Close() })
	return &Builder{Store: root.FS(), Site: site}
}

// wholeSite compares the overview in force with the recipes' pages beside it.
func wholeSite(t *testing.T, at, when string) {
	t.Helper()
	gen, err := filepath.EvalSymlinks(at)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	var s state
	b, err := os.ReadFile(filepath.Join(gen, "overview.json"))
	if err != nil || json.Unmarshal(b, &s) != nil || len(s.Recipes) != 6 {
		t.Fatalf("%s: overview.json: %v, %.100s", when, err, b)
	}
	for _, row := range s.Recipes {
		folder := filepath.Join(gen, Place, row.Recipe)
		var all []Record
		b, err := os.ReadFile(filepath.Join(folder, "history.json"))
		if err != nil || json.Unmarshal(b, &all) != nil || len(all) == 0 || all[len(all)-1].Run != row.Latest.Run {
			t.Errorf("%s: %s: expected a history that ends with %s, found %v, %.100s", when, row.Recipe, row.Latest.Run, err, b)
		}
		page, err := os.ReadFile(filepath.Join(folder, "index.html"))
		if tail := "</html>\n"; err != nil || len(page) < len(tail) || string(page[len(page)-len(tail):]) != tail {
			t.Errorf("%s: %s: expected a whole page, found %v, %d bytes", when, path.Join(Place, row.Recipe), err, len(page))
		}
	}
}
