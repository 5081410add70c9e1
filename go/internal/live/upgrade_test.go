//go:build live

package live

import (
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// Every row is one way in which an upgrade goes wrong, or must not be blamed.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	byHand := []edit{{".env.sample", "SECRET_SESSION_KEY_VERSION=v1 # length=32", "SECRET_SESSION_KEY_VERSION=v1 # generate=false"}}
	crash := edit{"compose.yml", "read_only: true", "read_only: true\n    command: [\"no-such-command\"]"}
	for _, tt := range []struct {
		name              string
		published, newest []edit
		plan              func(*plan.Plan)
		want              result.Outcome // of the stage upgrade
		says              []string       // the stage's reason, its services and the findings
	}{
		{"data lost", nil, []edit{{"compose.yml", "- data:/data", "- data2:/data"}, {"compose.yml", "volumes:\n  data:", "volumes:\n  data2:"}}, nil,
			result.Fail, []string{"upgrade 1.1.0+2.0.0 -> ", "state.verify[1]", "404"}},
		{"secret regenerated", nil, []edit{{"compose.yml", "admin_password_${SECRET_ADMIN_PASSWORD_VERSION}", "admin_password_v2"}}, nil,
			result.Fail, []string{"secret regenerated at upgrade: service app: admin_password", "_v1 before", "_v2 after"}},
		{"secret by hand that nobody declared", nil, byHand, nil,
			result.Fail, []string{"operator must act: secret session_key", "new secret session_key has to be inserted by hand", "release note: Notes are found by tag"}},
		{"mandatory variable", nil, []edit{{"compose.yml", "- SITE_NAME", "- SITE_NAME\n      - \"NOTES_USER=${ADMIN:?who}\""}, {".env.sample", "TIMEOUT=60", "TIMEOUT=60\nADMIN=admin"}}, nil,
			result.Fail, []string{"new variable ADMIN has no default", `proposes "admin"`, "required variable ADMIN"}},
		{"migration that needs the version between", nil, nil, func(p *plan.Plan) { p.Upgrade.From = []string{"oldest"} },
			result.Fail, []string{"upgrade 1.0.0+1.0.0 -> ", "rolled back", "start version 2 once before"}},
		{"crash loop without rollback", nil, []edit{crash, {"compose.yml", "failure_action: rollback", "failure_action: pause"}}, deployIn(40 * time.Second),
			result.Fail, []string{"stack did not converge", "non-zero exit"}},
		{"published version doesn't start", []edit{crash}, nil, deployIn(20 * time.Second),
			result.NotRun, []string{"the published version 1.1.0+2.0.0 does not start here"}},
		{"published version breaks the policy", []edit{{"compose.yml", "- data:/data", "- data:/data\n      - /etc:/host"}}, nil, nil,
			result.NotRun, []string{"the published version 1.1.0+2.0.0 is not deployed: policy: host-bind"}},
		{"version that was never published", nil, nil, func(p *plan.Plan) { p.Upgrade.From = []string{"0.9.0+1.0.0"} },
			result.NotRun, []string{"there is no tag 0.9.0+1.0.0"}},
		{"what operators must do", nil, append(byHand, edit{"compose.yml", "- SITE_NAME", "- SITE_NAME\n      - \"NOTES_USER=${ADMIN}\""},
			edit{".env.sample", `"compose.yml"`, `"compose.yml:compose.more.yml"`}, edit{"compose.more.yml", "", "version: \"3.8\"\nservices:\n  app:\n    stop_grace_period: 5s\n"},
			edit{"release/1.2.0+3.0.0", "", "Set ADMIN.\nInsert session_key.\n"}),
			func(p *plan.Plan) {
				p.Secrets = map[string]plan.InsertSecret{"session_key": {Kind: "hex", Length: 64}}
			},
			result.Pass, []string{"new variable ADMIN has no default; release note: Set ADMIN. Insert session_key.", "new secret session_key", "compose.yml:compose.more.yml in the new"}},
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
