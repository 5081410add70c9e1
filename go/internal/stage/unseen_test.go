package stage

import (
	"slices"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
)

func request(method, path string, expect *plan.HTTPExpect) plan.Step {
	return plan.Step{HTTP: &plan.HTTP{Method: method, Path: path, Expect: expect}}
}

// What only prepares a change is none: a login, a look, what state.write does as well.
func TestOwnChanges(t *testing.T) {
	login, look := request("POST", "/login", nil), request("GET", "/", nil)
	publish := request("POST", "/publish", nil)
	p := &plan.Plan{State: plan.State{
		Write:  []plan.Step{login, request("POST", "/notes", nil), publish},
		Verify: []plan.Step{login, request("GET", "/notes/1", &plan.HTTPExpect{Body: "kept"})},
		Change: []plan.Step{login, look, request("PUT", "/notes/1", nil), publish, {Exec: &plan.Exec{Service: "app", Command: []string{"x"}}}},
	}}
	b := &backup{Deps: Deps{Plan: p}}
	if got := b.ownChanges(); !slices.Equal(got, []int{2, 4}) {
		t.Errorf("got %v", got)
	}
	p.State.Generic = true
	if got := b.ownChanges(); got != nil {
		t.Errorf("generic markers: got %v", got)
	}
}

// An assertion is tried with what it needs and without the others.
func TestBefore(t *testing.T) {
	login := request("POST", "/login", &plan.HTTPExpect{Status: 302})
	list := []plan.Step{login, request("GET", "/1", &plan.HTTPExpect{Body: "a"}), request("GET", "/2", &plan.HTTPExpect{Body: "b"})}
	if got := before(list, 2); len(got) != 2 || got[0].HTTP.Path != "/login" || got[1].HTTP.Path != "/2" {
		t.Errorf("got %+v", got)
	}
	if asserts(login) || !asserts(list[1]) || !asserts(request("POST", "/search", &plan.HTTPExpect{Body: "x"})) {
		t.Error("a login is no assertion of what is kept, and a search is one")
	}
}

// An assertion is tried even where one before it fails, be it about a command or a file.
func TestAssertionsBehindAFailedOne(t *testing.T) {
	text := "kept"
	query := plan.Step{Exec: &plan.Exec{Service: "db", Command: []string{"psql"}, Expect: &plan.ExecExpect{Equals: &text}}}
	saving := plan.Step{Exec: &plan.Exec{Service: "db", Command: []string{"id"}, Expect: &plan.ExecExpect{}, Save: map[string]string{"id": "stdout"}}}
	look := plan.Step{File: &plan.File{Service: "app", Path: "/data/a", Expect: &text}}
	write := plan.Step{File: &plan.File{Service: "app", Path: "/data/a", Write: &text}}
	list := []plan.Step{query, saving, look, look}
	if got := before(list, 3); len(got) != 2 || got[0].Exec != saving.Exec || got[1].File != look.File {
		t.Errorf("expected what saves and the assertion itself, got %+v", got)
	}
	if !asserts(look) || asserts(write) || !changes(write) || changes(look) {
		t.Error("expected a file that is compared to assert, and one that is written to change")
	}
}

// What an assertion told is matched with its place in state.verify, past the steps that assert nothing or only prepare.
func TestUnmoved(t *testing.T) {
	login, look := request("POST", "/login", nil), request("GET", "/1", &plan.HTTPExpect{Body: "a"})
	form := request("GET", "/form", &plan.HTTPExpect{Status: 200})
	form.HTTP.Save = map[string]string{"token": "regex:(.*)"}
	b := &backup{Deps: Deps{Plan: &plan.Plan{State: plan.State{Verify: []plan.Step{login, look, login, look, look, form}}}}}
	if got := b.unmoved([]string{"a", "b", "c", "d"}, []string{"x", "b", "c", "d"}); !slices.Equal(got, []int{3, 4}) {
		t.Errorf("got %v", got)
	}
}

// What a change has made fail stays so: to wait for it would cost as long as a step may be tried again.
func TestChangeIsNotWaitedFor(t *testing.T) {
	look := request("GET", "/1", &plan.HTTPExpect{Body: "a"})
	look.Within = plan.Duration(time.Minute)
	list := []plan.Step{look}
	if got := before(list, 0); got[0].Within != 0 || list[0].Within == 0 {
		t.Errorf("got %+v of %+v", got, list)
	}
}
