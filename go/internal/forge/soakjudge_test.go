//go:build forge && long

package forge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	sdk "code.gitea.io/sdk/gitea"
	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/follow"
	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// proposal is a pull request of the soak.
type proposal struct {
	pull    trigger.Pull
	branch  string
	demo    bool
	verdict string // that every comment must come to which nothing was done to
}

// asked is a comment and what came of it.
type asked struct {
	proposal
	at      time.Time
	settled time.Time
	answer  string
}

// harm is what the soak did that may cost a comment its verdict. A kill of the bridge and bad weather are none: they may cost nothing.
type harm struct {
	what     string
	build    int64        // this one's
	pull     trigger.Pull // of a push: that of comments before it, or so close that the forge can't tell
	from, to time.Time    // of the runner's and the engine's: that of builds which ran then
	engine   bool         // builds of the demo alone
}

func (s *soak) hurt(h harm) *harm {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.harms = append(s.harms, &h)
	return &h
}

func (s *soak) engineWasDown(from, to time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.harms {
		if h.engine && h.from.Before(to) && h.to.After(from) {
			return true
		}
	}
	return false
}

// excuse names the last harm that explains why a comment has no verdict, empty for none.
func (s *soak) excuse(a *asked, b *drone.Build) (what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.harms {
		if h.met(a, b) {
			what = h.what
		}
	}
	return what
}

// met tells whether the comment, or its build, was where the harm was. Drone's and the forge's times are whole seconds.
func (h *harm) met(a *asked, b *drone.Build) bool {
	switch {
	case h.pull.Number != 0:
		return h.pull == a.pull && a.at.Before(h.to.Add(3*time.Second)) && h.from.Before(a.settled)
	case b == nil || h.engine && !a.demo:
		return false
	case h.build != 0:
		return h.build == b.Number
	}
	began := b.Started != 0 && !time.Unix(b.Started, 0).After(h.to.Add(time.Second))
	return began && (b.Finished == 0 || time.Unix(b.Finished+1, 0).After(h.from))
}

// open counts the comments that are not settled, all or the demo's alone.
func (s *soak) open(demoAlone bool) (n int) {
	for _, a := range s.asked {
		if a.settled.IsZero() && (a.demo || !demoAlone) {
			n++
		}
	}
	return n
}

// collect reads the answers on pull requests with open comments, and judges those that are settled.
func (s *soak) collect() {
	waiting := map[trigger.Pull]bool{}
	for _, a := range s.asked {
		if a.settled.IsZero() {
			waiting[a.pull] = true
		}
	}
	for p := range waiting {
		for id, list := range s.marks(p) {
			a := s.asked[id]
			if a == nil || !a.settled.IsZero() {
				continue
			}
			for _, m := range list {
				if m.Phase == trigger.Settled {
					a.settled, a.answer = time.Now(), m.text
					s.judge(id, a, m.Build)
					break
				}
			}
		}
	}
}

// marked is an answer of the bridge's.
type marked struct {
	trigger.Mark
	text string
}

func (s *soak) marks(p trigger.Pull) map[int64][]marked {
	list, _, err := admin.ListIssueComments(p.Owner, p.Repo, p.Number, sdk.ListIssueCommentOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	found := map[int64][]marked{}
	for _, c := range list {
		if m, ok := s.key.Read(p, c.Body); ok && c.Poster != nil && c.Poster.UserName == "ci-bot" {
			found[m.Comment] = append(found[m.Comment], marked{m, c.Body})
		}
	}
	return found
}

// word is the verdict in an answer; empty where it has none.
func word(answer string) string {
	for _, w := range []string{"GREEN", "FLAKY", "RED"} {
		if strings.Contains(answer, "**"+w) {
			return w
		}
	}
	return ""
}

// judge: the verdict is the pull request's, and its result stands in the store; or there is none, and something was done to it.
func (s *soak) judge(id int64, a *asked, number int64) {
	var b *drone.Build
	if number != 0 {
		var err error
		if b, err = builds.Build("recipes", "cc-ci", int(number)); err != nil {
			s.t.Errorf("build %d of comment %d: %v", number, id, err)
		}
	}
	got := word(a.answer)
	line, _, _ := strings.Cut(strings.TrimSpace(a.answer), "\n")
	why := ""
	switch {
	case got == a.verdict:
		if r, err := store.Read(machine.Results.Dir).OfKey(fmt.Sprint(id)); err != nil || r.Recipe != a.pull.Repo {
			s.t.Errorf("comment %d on %s: expected its result in the store, found one of %q, %v", id, a.pull, r.Recipe, err)
		}
	case got != "":
		s.t.Errorf("comment %d on %s, build %d: expected the verdict %s, found %s\n%s", id, a.pull, number, a.verdict, got, a.answer)
	default:
		if why = s.excuse(a, b); why == "" {
			s.t.Errorf("comment %d on %s, build %d: expected the verdict %s, since nothing was done to it, found none\n%s", id, a.pull, number, a.verdict, a.answer)
			why = "NOTHING"
		}
	}
	s.ends[map[bool]string{true: "demo ", false: "light "}[a.demo]+got+map[bool]string{true: "without a verdict: "}[got == ""]+why]++
	s.log.Info("settled", "id", id, "pull", a.pull, "build", number, "verdict", got, "for", why, "took", a.settled.Sub(a.at).Round(time.Second), "answer", line)
}

// total holds every comment against Drone's builds, the runs and the answers: none is lost, none doubled.
func (s *soak) total() {
	made, ran := counts(s.t, "cc-ci"), s.runs()
	twice := 0
	answers := map[trigger.Pull]map[int64][]marked{}
	for id, a := range s.asked {
		if answers[a.pull] == nil {
			answers[a.pull] = s.marks(a.pull)
		}
		c := made[fmt.Sprint(id)]
		c.ran += ran[fmt.Sprint(id)]
		if n := len(answers[a.pull][id]); n != 1 {
			s.t.Errorf("comment %d on %s: expected one answer, found %d", id, a.pull, n)
		}
		if a.settled.IsZero() {
			s.t.Errorf("comment %d on %s: it was never settled", id, a.pull)
		}
		if c.ran > 1 || c.ran == 0 && word(a.answer) != "" || c.made == 0 && word(a.answer) != "" {
			s.t.Errorf("comment %d on %s (%q): expected one run, found %d, of %d builds", id, a.pull, word(a.answer), c.ran, c.made)
		}
		if c.made > 1 {
			twice++
		}
	}
	for _, id := range s.noises {
		if c := made[fmt.Sprint(id)]; c.made != 0 || c.ran != 0 {
			s.t.Errorf("comment %d asks for nothing and has %d builds, %d runs", id, c.made, c.ran)
		}
	}
	s.t.Logf("%d comments, %d more that ask for nothing; %d had a second build, which ended as a duplicate", len(s.asked), len(s.noises), twice)
}

// runs counts the demo's runs by comment.
func (s *soak) runs() map[string]int {
	found := map[string]int{}
	folders, err := os.ReadDir(filepath.Join(machine.State, "runs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	for _, f := range folders {
		req, _, err := follow.ReadRequest(filepath.Join(machine.State, "runs", f.Name()))
		if err != nil || req.Build == nil {
			s.t.Errorf("run %s: expected a request of a build, found %v, %v", f.Name(), req.Build, err)
			continue
		}
		found[req.Build.Key]++
	}
	return found
}
