package bridge

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/drone"
	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// model is a forge and a Drone over HTTP, in one process with a clock of its own, as far as
// the bridge uses them. Its limits: it was written from what was measured on real servers
// and proves nothing about them; it serves one request at a time, so two requests of the bridge
// never meet inside of it; it knows no transactions that become visible late; a kill is
// a panic of the bridge's goroutine between two of its steps, not a lost power line. The
// walk against real servers under checks/forge is what counts; this is quick, and unlucky on purpose.
type model struct {
	mu       sync.Mutex
	clock    time.Time
	server   *httptest.Server
	pulls    map[trigger.Pull]*modelPull
	members  map[string]int // status of the membership call
	enrolled []string
	builds   []*modelBuild
	late     []lateRequest
	results  map[string]result.Outcome
	ids      int64
	requests map[string]int
	bytes    int

	luck      *rand.Rand // nil: nothing goes wrong
	forgeDown bool
	droneDown bool
	unguarded bool          // the project's pull requests start builds
	ahead     time.Duration // of the forge's clock
}

type modelPull struct {
	pull     trigger.Pull
	open     bool
	sha      string
	noted    string // what people are shown where that is another commit
	locked   bool   // nobody may comment
	source   string
	updated  time.Time
	pushes   []modelPush
	comments []*modelComment
}

type modelPush struct {
	at  time.Time
	sha string
}

type modelComment struct {
	id               int64
	author, body     string
	created, updated time.Time
}

type modelBuild struct {
	params                     map[string]string
	status                     string
	created, started, finished time.Time
	ran                        bool
}

// lateRequest is one that arrives long after its sender gave it up.
type lateRequest struct {
	at time.Time
	do func() (int, any)
}

const bot = "ci-bot"

func newModel(t testing.TB, seed uint64) *model {
	m := &model{
		clock: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		pulls: map[trigger.Pull]*modelPull{}, members: map[string]int{"ada": 204}, enrolled: []string{"hedgedoc"},
		results: map[string]result.Outcome{}, ids: 100, requests: map[string]int{},
	}
	if seed != 0 {
		m.luck = rand.New(rand.NewPCG(seed, 1))
	}
	m.server = httptest.NewServer(m.routes())
	t.Cleanup(m.server.Close)
	return m
}

// bridge starts one on this model, as after a kill where dir holds a cursor.
func (m *model) bridge(t testing.TB, dir string, change func(*Config)) *Bridge {
	t.Helper()
	forge, builds := gitea.New(m.server.URL, "org", "forge-token").As(bot), drone.New(m.server.URL, "org/cc-ci", "drone-token")
	t.Cleanup(forge.Close)
	t.Cleanup(builds.Close)
	cfg := Config{
		Organisation: "org", Bot: bot, Key: trigger.Key("the key of the tests, 32 characters"), State: dir,
		Interval: 20 * time.Second, Slots: 1, BuildLimit: time.Hour,
		Text: answer.Writer{Organisation: "org", Project: "org/cc-ci", Drone: "https://drone.example", Clone: "https://git.example/org/cc-ci.git"},
	}
	if change != nil {
		change(&cfg)
	}
	b, err := New(cfg, Ports{forge, forge, forge, gitea.Recipes{Client: forge, Project: "org/cc-ci", Folder: "recipes"}, builds, modelResults{m}}, quietLog())
	if err != nil {
		t.Fatal(err)
	}
	b.now, b.at = m.now, func(string) {}
	return b
}

func (m *model) now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.clock }

func (m *model) do(f func()) { m.mu.Lock(); defer m.mu.Unlock(); f() }

func (m *model) pull(repo string, n int64) *modelPull {
	p := trigger.Pull{Owner: "org", Repo: repo, Number: n}
	if m.pulls[p] == nil {
		m.pulls[p] = &modelPull{pull: p, open: true, sha: sha(int(n)), source: "org/" + repo, updated: m.clock.Add(-time.Hour)}
		m.pulls[p].pushes = []modelPush{{m.clock.Add(-time.Hour), sha(int(n))}} // its opening
	}
	return m.pulls[p]
}

func sha(n int) string { return fmt.Sprintf("%040x", n+1) }

func (m *model) comment(p *modelPull, author, body string) int64 {
	m.ids++
	p.comments = append(p.comments, &modelComment{m.ids, author, body, m.clock, m.clock})
	p.updated = m.clock
	return m.ids
}

func (m *model) push(p *modelPull, sha string) {
	p.sha, p.updated, p.pushes = sha, m.clock, append(p.pushes, modelPush{m.clock, sha})
}

// tick lets time go by: late requests arrive, the oldest build begins, runs and ends.
func (m *model) tick(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock = m.clock.Add(d)
	for _, l := range m.late {
		if !l.at.After(m.clock) {
			l.do()
		}
	}
	m.late = slices.DeleteFunc(m.late, func(l lateRequest) bool { return !l.at.After(m.clock) })
	for _, b := range m.builds {
		switch {
		case b.status == "pending":
			b.status, b.started, b.ran = "running", m.clock, true
			return
		case b.status == "running" && m.clock.Sub(b.started) > 50*time.Second:
			b.status, b.finished = "success", m.clock
			if m.results[b.params[trigger.ParamComment]] == "" {
				m.results[b.params[trigger.ParamComment]] = result.Pass
			}
			if m.results[b.params[trigger.ParamComment]] == result.Fail {
				b.status = "failure"
			}
			return
		case b.status == "running":
			return
		}
	}
}

// answers are the bot's comments that carry a mark for a comment.
func (m *model) answers(p *modelPull, id int64) []*modelComment {
	var out []*modelComment
	for _, c := range p.comments {
		if c.author == bot && strings.Contains(c.body, fmt.Sprintf("<!-- cc-ci comment=%d ", id)) {
			out = append(out, c)
		}
	}
	return out
}

func (m *model) buildsOf(id int64) []*modelBuild {
	var out []*modelBuild
	for _, b := range m.builds {
		if b.params[trigger.ParamComment] == strconv.FormatInt(id, 10) {
			out = append(out, b)
		}
	}
	return out
}
