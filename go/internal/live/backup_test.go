//go:build live

package live

import (
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

const (
	saved   = "backupbot.backup.volumes.data.path=backup.json,uploads"
	load    = "        - \"backupbot.restore.post-hook=/notes load /data/backup.json\"\n"
	preHook = "backupbot.backup.pre-hook=/notes dump /data/backup.json"
)

// Every row is one way in which a backup or a restore goes wrong without a word of the
// recipe's, or a way of restoring that must work.
func TestBackup(t *testing.T) {
	t.Parallel()
	label := func(old, new string) []edit { return []edit{{"compose.yml", old, new}} }
	// A dump as a broken hook would leave it: the labels name what state.write uploads.
	dump := func(content string) func(*plan.Plan) {
		return func(p *plan.Plan) {
			p.State.Write = append(p.State.Write, plan.Step{HTTP: &plan.HTTP{Method: "POST", Path: "/files",
				Upload: &plan.Upload{Field: "file", Name: "dump.json", Content: content}, Expect: &plan.HTTPExpect{Status: 302}}})
		}
	}
	generic := func(p *plan.Plan) {
		p.State = plan.State{Generic: true, Write: []plan.Step{}, Verify: []plan.Step{}, Change: []plan.Step{}}
	}
	for _, tt := range []struct {
		name  string
		edits []edit
		plan  func(*plan.Plan)
		want  result.Outcome
		says  string // in the stage's reason or the findings
	}{
		{"label missing", label("backupbot.backup=${ENABLE_BACKUPS:-true}", "backupbot.backup=false"), nil, result.NotRun, "nothing is ever saved"},
		{"hook fails", label(preHook, "backupbot.backup.pre-hook=/notes dump /nowhere/backup.json"), nil, result.Fail, "service app: backup.pre-hook: exit "},
		{"restore hook fails", label("load /data/backup.json", "load /data/backups.json"), nil, result.Fail, "restore: service app: restore.post-hook: exit "},
		{"empty dump", label(saved, saved+",uploads/dump.json"), dump(""), result.Fail, "empty dump: data/uploads/dump.json has 0 bytes"},
		{"truncated dump", label(saved, saved+",uploads/dump.json"), dump(`{"notes":[{"text":"mi`), result.Fail, "truncated dump: data/uploads/dump.json"},
		{"path that isn't there", label(saved, saved+",media"), nil, result.Fail, "the labels name it, but it isn't there"},
		{"restore no-op", append(label(load, ""), label("data.path=backup.json,uploads", "data.path=backup.json")...), nil,
			result.Fail, "the restore (in-place) reported success and changed nothing: state.verify[1]"},
		{"restore of half", label("data.path=backup.json,uploads", "data.path=backup.json"), nil, result.Fail, "the restore (in-place) did not bring everything back: state.verify[2]"},
		{"change that changes nothing", nil, func(p *plan.Plan) { p.State.Change = p.State.Change[:1] }, result.Fail, "state.verify still passes after state.change"},
		{"volumes destroyed", nil, func(p *plan.Plan) { p.Backup.Restore = []string{"volumes-destroyed"} }, result.Pass, ""},
		{"generic", nil, generic, result.Pass, ""},
		{"declared as not applicable", nil, func(p *plan.Plan) { p.Backup.NotApplicable = "it keeps nothing" }, result.NotApplicable, "it keeps nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := on(t, variant(t, tt.edits...))
			e := m.run("run", "--stage", "backup", "--plan", edited(t, demo, func(p *plan.Plan) {
				p.Flows = []plan.Flow{}
				p.Backup.Restore = []string{"in-place"} // TestGreen restores into a fresh deployment, too
				if tt.plan != nil {
					tt.plan(p)
				}
			}))
			var said strings.Builder
			tried := false
			for _, s := range e.result.Stages {
				want := result.Pass
				if s.Name == "backup" {
					tried, want = true, tt.want
				}
				if s.Outcome != want {
					t.Errorf("%s: want %s, got %s: %s", s.Name, want, s.Outcome, s.Reason)
				}
				said.WriteString(s.Reason + "\n")
			}
			for _, f := range e.result.Findings {
				said.WriteString(f.Text + "\n")
			}
			if !tried || !strings.Contains(said.String(), tt.says) {
				t.Errorf("the result doesn't say %q:\n%s\n%s", tt.says, said.String(), e.stderr)
			}
		})
	}
}
