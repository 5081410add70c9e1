//go:build live

package live

import (
	"slices"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// Every row is an upgrade that must not be blamed. How one goes wrong, TestMutations walks.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	byHand := []edit{{".env.sample", "SECRET_SESSION_KEY_VERSION=v1 # length=32", "SECRET_SESSION_KEY_VERSION=v1 # generate=false"}}
	worker := func(script string) edit { // ends where on-failure lets it
		return edit{"compose.yml", "services:\n", "services:\n  worker:\n    image: nginx:1.27.2\n    entrypoint: [\"sh\", \"-c\", \"" + script +
			"\"]\n    stop_signal: SIGKILL\n    networks: [internal]\n    deploy: {restart_policy: {condition: on-failure}}\n"}
	}
	crash := edit{"compose.yml", "read_only: true", "read_only: true\n    command: [\"no-such-command\"]"}
	for _, tt := range []struct {
		name              string
		published, newest []edit
		plan              func(*plan.Plan)
		want              result.Outcome // of the stage upgrade
		says              []string       // the stage's reason, its services and the findings
	}{
		{"published version doesn't start", []edit{crash}, nil, deployIn(20 * time.Second),
			result.NotRun, []string{"the published version 1.1.0+2.0.0 does not start here"}},
		{"published version breaks the policy", []edit{{"compose.yml", "- data:/data", "- data:/data\n      - /etc:/host"}}, nil, nil,
			result.NotRun, []string{"the published version 1.1.0+2.0.0 is not deployed: policy: host-bind"}},
		{"version that was never published", nil, nil, func(p *plan.Plan) { p.Upgrade.From = []string{"0.9.0+1.0.0"} },
			result.NotRun, []string{"there is no tag 0.9.0+1.0.0"}},
		{"what operators must do, and a worker that leaves its work", []edit{worker("exec sleep 1000000")}, append(byHand, worker("exit 0"), edit{"compose.yml", "- SITE_NAME", "- SITE_NAME\n      - \"NOTES_USER=${ADMIN}\""},
			edit{".env.sample", `"compose.yml"`, `"compose.yml:compose.more.yml"`}, edit{"compose.more.yml", "", "version: \"3.8\"\nservices:\n  app:\n    stop_grace_period: 5s\n"},
			edit{"release/1.2.0+3.0.0", "", "Set ADMIN.\nInsert session_key.\n"}),
			func(p *plan.Plan) {
				p.Secrets = map[string]plan.InsertSecret{"session_key": {Kind: "hex", Length: 64}}
			},
			result.Pass, []string{"new variable ADMIN has no default; release note: Set ADMIN. Insert session_key.", "new secret session_key", "compose.yml:compose.more.yml in the new",
				"service worker ended with status 0 where the published version's was still running when the new one was deployed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := on(t, history(t, tt.published, tt.newest))
			p := edited(t, demo, func(p *plan.Plan) {
				p.Flows = []plan.Flow{} // TestGreen walks them after the upgrade
				if tt.plan != nil {
					tt.plan(p)
				}
			})
			e := m.run("run", "--plan", p, "--stage", "upgrade")
			said, tried := e.stdout, false
			for _, s := range e.result.Stages {
				tried = tried || s.Name == "upgrade"
				switch {
				case s.Name == "upgrade" && s.Outcome != tt.want:
					t.Errorf("want %s, got %s: %s", tt.want, s.Outcome, s.Reason)
				case s.Name != "upgrade" && s.Outcome != result.Pass:
					t.Errorf("%s: %s: %s", s.Name, s.Outcome, s.Reason)
				}
				said += s.Reason
				for _, service := range s.Services {
					said += strings.Join(service.Log, "\n")
				}
			}
			for _, f := range e.result.Findings {
				said += f.Text + "\n"
			}
			if !tried {
				t.Error("there is no stage upgrade")
			}
			for _, w := range tt.says {
				if !strings.Contains(said, w) {
					t.Errorf("the result doesn't say %q:\n%s\n%s", w, said, e.stderr)
				}
			}
		})
	}
}

// Several published versions may be asked for: each is tried with a deployment of its own, the
// same secrets and everything else new, and the first that fails is named.
func TestSeveralUpgrades(t *testing.T) {
	t.Parallel()
	from := edited(t, demo, func(p *plan.Plan) {
		p.Flows = []plan.Flow{}
		p.Upgrade.From = []string{"previous", "oldest"}
	})
	relabelled := func(version string) []edit {
		return []edit{{"compose.yml", ".version=1.0.0+1.0.0", ".version=" + version}}
	}
	for _, tt := range []struct {
		name     string
		versions []version // the last one is not tagged
		code     int
		says     string
	}{
		{"both hold", []version{{"1.0.0+1.0.0", "1.0.0+1.0.0", nil}, {"1.0.0+1.0.0", "1.0.1+1.0.0", relabelled("1.0.1+1.0.0")}, {"1.1.0+2.0.0", "", nil}}, 0, ""},
		{"the oldest does not", []version{{"1.0.0+1.0.0", "1.0.0+1.0.0", nil}, {"1.1.0+2.0.0", "1.1.0+2.0.0", nil}, {"main", "", nil}}, 1, "upgrade 1.0.0+1.0.0 -> "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := on(t, repository(t, tt.versions...)).run("run", "--plan", from, "--stage", "upgrade").want(t, tt.code)
			if !strings.HasPrefix(e.result.Reason, tt.says) {
				t.Errorf("expected the reason to begin with %q, found %q", tt.says, e.result.Reason)
			}
			var tried []string
			for _, s := range e.result.Stages[1].Steps {
				if s.Place == "old.deploy" {
					tried = append(tried, s.What)
				}
			}
			if want := []string{tt.versions[1].tag, tt.versions[0].tag}; !slices.Equal(tried, want) {
				t.Errorf("edges: want %v, got %v", want, tried)
			}
		})
	}
}
