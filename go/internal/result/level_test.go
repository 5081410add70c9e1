package result

import "testing"

// matrix makes the stages of a whole run, in order install, upgrade, backup, local, with one passed flow.
func matrix(install, upgrade, backup, local Outcome) []Stage {
	return []Stage{
		{Name: "prepare", Outcome: Pass},
		{Name: "install", Outcome: install, Steps: []Step{{Place: "ready", Outcome: Pass}, {Place: "flows.login[0]", Outcome: Pass}}},
		{Name: "backup", Outcome: backup},
		{Name: "local", Outcome: local},
		{Name: "remove", Outcome: Pass},
		{Name: "upgrade", Outcome: upgrade},
		{Name: "remove", Outcome: Pass},
	}
}

func without(stages []Stage, name string) []Stage {
	var kept []Stage
	for _, s := range stages {
		if s.Name != name {
			kept = append(kept, s)
		}
	}
	return kept
}

func withSteps(stages []Stage, name string, steps ...Step) []Stage {
	for i := range stages {
		if stages[i].Name == name {
			stages[i].Steps = steps
		}
	}
	return stages
}

func TestClimb(t *testing.T) {
	const p, f, e, na, nr = Pass, Fail, Error, NotApplicable, NotRun
	open := []Finding{{ID: "new-variable", Severity: "act"}}
	flow := func(o Outcome) Step { return Step{Place: "flows.login[2]", Outcome: o} }
	tests := []struct {
		name     string
		stages   []Stage
		findings []Finding
		generic  bool
		want     string // "none" for nil
	}{
		{"all pass", matrix(p, p, p, p), nil, false, "5"},
		{"nothing ran", nil, nil, false, "0"},
		{"the machine fails before the first stage", append(matrix(nr, nr, nr, nr), Stage{Name: "prepare", Outcome: e}), nil, true, "none"},
		{"the machine fails between two stages", append(matrix(p, nr, p, p), Stage{Name: "remove", Outcome: e}), nil, false, "none"},
		{"the recipe fails, then the machine", append(matrix(p, f, p, p), Stage{Name: "remove", Outcome: e}), nil, false, "1"},
		{"install fails", matrix(f, nr, nr, nr), nil, false, "0"},
		{"refused by the policy", matrix(nr, nr, nr, nr), nil, false, "0"},
		{"install can't be declared away", matrix(na, p, p, p), nil, false, "0"},
		{"upgrade fails", matrix(p, f, p, p), nil, false, "1"},
		{"upgrade was not run", matrix(p, nr, p, p), nil, false, "1"},
		{"no upgrade stage at all", without(matrix(p, p, p, p), "upgrade"), nil, false, "1"},
		{"one of two upgrades fails", append(matrix(p, p, p, p), Stage{Name: "upgrade", Outcome: f}), nil, false, "1"},
		{"backup fails", matrix(p, p, f, p), nil, false, "2"},
		{"upgrade declared n/a", matrix(p, na, p, p), nil, false, "5 (1 n/a)"},
		{"stateless without tests", matrix(p, p, na, na), nil, false, "5 (2 n/a)"},
		{"n/a above a gap does not count", matrix(p, f, na, na), nil, false, "1"},
		{"no flow declared", withSteps(matrix(p, p, p, p), "install"), nil, false, "3"},
		{"a flow fails at install", withSteps(matrix(f, p, p, p), "install", Step{Place: "ready", Outcome: p}, flow(f)), nil, false, "3"},
		{"a flow and a check fail at install", withSteps(matrix(f, p, p, p), "install", Step{Place: "ready", Outcome: f}, flow(f)), nil, false, "0"},
		{"an optional flow step fails", withSteps(matrix(p, p, p, p), "install", flow(f)), nil, false, "5"},
		{"local tests fail", matrix(p, p, p, f), nil, false, "4"},
		{"two n/a, then a finding", matrix(p, na, na, p), open, false, "4 (2 n/a)"},
		{"an accepted finding is not open", matrix(p, p, p, p), []Finding{{Severity: "warn", Accepted: "known"}}, false, "5"},
		{"information is not open", matrix(p, p, p, p), []Finding{{Severity: "info"}}, false, "5"},
		{"generic caps at three", matrix(p, p, p, p), nil, true, "3 generic"},
		{"generic with a gap", matrix(p, p, f, p), nil, true, "2 generic"},
		{"generic climbs past n/a", matrix(p, na, p, p), nil, true, "3 generic (1 n/a)"},
		{"an error has no level", matrix(p, e, p, p), nil, false, "none"},
		{"an error behind a gap changes nothing", matrix(p, f, e, p), nil, false, "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := "none"
			if l := Climb(tt.stages, tt.findings, tt.generic); l != nil {
				got = l.String()
			}
			if got != tt.want {
				t.Errorf("level: expected %q, found %q", tt.want, got)
			}
		})
	}
}
