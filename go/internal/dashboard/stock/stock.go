// Package stock fills a results store with runs that never were, for benchmarks and for
// looking at pages: the same seed gives the same store.
package stock

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// Shape says how much there is.
type Shape struct {
	Recipes, Runs int       // runs of each recipe
	Newest        time.Time // when the last runs began
}

// names begin the names of recipes.
var names = []string{"hedgedoc", "cryptpad", "keycloak", "authentik", "n8n", "immich", "matrix-synapse", "lasuite-docs", "custom-html", "bluesky-pds", "peertube", "nextcloud", "gitea", "mailu", "rallly", "vikunja"}

// Name is the name of the i-th recipe.
func Name(i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s-%d", names[i%len(names)], i/len(names))
}

// Fill writes the store below dir. Folders get times before the newest run, as a store has that was
// filled before it is looked at, whatever day the reader's clock shows.
func Fill(dir string, s Shape) error {
	for i := range s.Recipes {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		for n := range s.Runs {
			at := s.Newest.Add(-time.Duration(s.Runs-1-n) * 31 * time.Hour).Add(-time.Duration(i) * 7 * time.Minute)
			if err := Write(dir, Run(random, Name(i), n, at)); err != nil {
				return err
			}
		}
		old := s.Newest.Add(-time.Hour)
		if err := os.Chtimes(filepath.Join(dir, Name(i)), old, old); err != nil {
			return err
		}
	}
	return nil
}

// Write puts one result in the store, with a log.
func Write(dir string, r result.Result) error {
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		return err
	}
	at := filepath.Join(dir, r.Recipe, r.ID)
	if err := os.MkdirAll(filepath.Join(at, "log"), 0o755); err != nil {
		return err
	}
	log := []byte("01:14:09Z install   start\n01:14:18Z install   deploy\n01:14:30Z install   pass 0:21\n")
	if err := os.WriteFile(filepath.Join(at, "log", "install"), log, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(at, "result.json"), b.Bytes(), 0o644)
}

// Run makes the n-th run of a recipe.
func Run(random *rand.Rand, recipe string, n int, at time.Time) result.Result {
	dice := random.IntN(100)
	r := result.Result{
		Schema: result.Schema, ID: fmt.Sprintf("%s-%08x", at.UTC().Format("20060102-150405"), random.Uint32()), Recipe: recipe,
		Started: at, Outcome: result.Pass, Domain: recipe + "-pr0-a1b2c3d.ci.example.org",
		Identity: result.Identity{
			Commit: fmt.Sprintf("%08x%032x", uint32(n/2+1)*2654435761, len(recipe)), NarHash: "sha256-Ic2mXyDbMHVnXlQvPz0yxk6zTSbX9lqvSGKzWJ8y6iY=",
			Version: fmt.Sprintf("%d.%d.0+1.%d.2", 1+n/12, n/4%9, n%10), Abra: "abra 0.13.0-beta", Router: "traefik 3.7.13", Engine: "docker 28.2.2",
			Browser: "Chromium 156.0", Driver: "0.1.0", PlanHash: "sha256:5f1c9be2a7704f6e",
			Images: map[string]string{recipe + ":1": fmt.Sprintf("sha256:%064x", n/3), "postgres:16-alpine": "sha256:9d0f1a6d3c51c84be8b6cd9b7d5ee1a21a4dd6df3b5d0c44bb17b2d1f4b5a001"},
		},
		Again: "nix run .#test-" + recipe + " -- --ref a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
	}
	if dice%3 == 0 {
		r.PR = 1 + n
	}
	r.Stages = stages(random, at, dice)
	for _, s := range r.Stages {
		r.Ended = s.Started.Add(s.Took)
		if s.Outcome == result.Fail || s.Outcome == result.Error {
			r.Outcome, r.Reason = s.Outcome, s.Reason
		}
	}
	r.Level = result.Climb(r.Stages, r.Findings, false)
	return r
}

// stages are whole but for one in ten, which ends at upgrade, and one in fifty, at install.
func stages(random *rand.Rand, at time.Time, dice int) []result.Stage {
	slow := time.Duration(800+random.IntN(400)) * time.Millisecond
	if dice == 50 {
		slow *= 3
	}
	var out []result.Stage
	for _, plan := range []struct {
		name  string
		units time.Duration
		steps int
	}{{"prepare", 4, 1}, {"install", 21, 9}, {"backup", 19, 6}, {"local", 6, 2}, {"remove", 5, 1}, {"upgrade", 40, 7}, {"remove", 5, 1}} {
		s := result.Stage{Name: plan.name, Outcome: result.Pass, Started: at, Took: plan.units * slow}
		for i := range plan.steps {
			s.Steps = append(s.Steps, result.Step{Place: fmt.Sprintf("flows.%s[%d]", plan.name, i), What: "GET /n/abc/download until 200", Outcome: result.Pass, Took: slow})
		}
		switch {
		case plan.name == "upgrade" && dice < 10:
			s.Outcome, s.Reason = result.Fail, `upgrade 3.0.9+1.10.7 -> a1b2c3d, state.verify[0]: GET /n/abc/download: expected body "# kept", got status 500`
			last := &s.Steps[len(s.Steps)-1]
			last.Outcome, last.Expected, last.Seen = result.Fail, `body contains "# kept"`, "status 500"
		case plan.name == "install" && dice > 97:
			s.Outcome, s.Reason = result.Error, "pull postgres:16-alpine: the registry answered 503 three times"
		case plan.name == "install" && dice == 97:
			s.Retries = 1
		}
		out, at = append(out, s), at.Add(s.Took)
		if s.Outcome == result.Error {
			break
		}
	}
	return out
}
