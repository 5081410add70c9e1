package supervise

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSystemdCommandLine(t *testing.T) {
	spec := Spec{
		Name: "cc-ci-run-20261123-043500-0a1b2c3d", Argv: []string{"/nix/store/x-cc-ci/bin/cc-ci", "kept-run", "/state/runs/a"},
		Env: []string{"PATH=/bin", "CC_CI_SITE=/etc/cc-ci/site.json"}, Dir: "/", Log: "/state/runs/a/output",
		Ready: time.Minute, Limit: 90 * time.Minute, Grace: 5500 * time.Millisecond,
	}
	want := []string{
		"systemd-run", "--quiet", "--collect", "--no-ask-password",
		"--unit=cc-ci-run-20261123-043500-0a1b2c3d", "--slice=cc-ci.slice", "--description=cc-ci cc-ci-run-20261123-043500-0a1b2c3d",
		"--service-type=notify", "--working-directory=/",
		"--property=NotifyAccess=main", "--property=KillMode=mixed", "--property=UMask=0077", "--property=StandardInput=null",
		"--property=StandardOutput=append:/state/runs/a/output", "--property=StandardError=append:/state/runs/a/output",
		"--property=TimeoutStartSec=60s", "--property=RuntimeMaxSec=5400s", "--property=TimeoutStopSec=5.5s",
		"--setenv=PATH", "--setenv=CC_CI_SITE",
		"--", "/nix/store/x-cc-ci/bin/cc-ci", "kept-run", "/state/runs/a",
	}
	got := systemdRun(spec)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, v := range spec.Env {
		_, value, _ := strings.Cut(v, "=")
		if slices.ContainsFunc(got, func(a string) bool { return strings.HasPrefix(a, "--setenv=") && strings.Contains(a, value) }) {
			t.Errorf("the value of %s is in the command line", v)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Spec{Name: "a", Argv: []string{"/bin/true"}, Dir: "/", Log: "/tmp/log", Ready: 1, Limit: 1, Grace: 1}
	for _, c := range []struct {
		name  string
		spoil func(*Spec)
		want  string // empty: accepted
	}{
		{"good", func(*Spec) {}, ""},
		{"a name that climbs", func(s *Spec) { s.Name = "../a" }, "name"},
		{"a name that is a flag", func(s *Spec) { s.Name = "-a" }, "name"},
		{"a program to search for", func(s *Spec) { s.Argv[0] = "true" }, "absolute program"},
		{"no program", func(s *Spec) { s.Argv = nil }, "absolute program"},
		{"a relative log", func(s *Spec) { s.Log = "log" }, "absolute paths"},
		{"no limit", func(s *Spec) { s.Limit = 0 }, "limits above zero"},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := good
			spec.Argv = slices.Clone(good.Argv)
			c.spoil(&spec)
			err := spec.check()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
