// Package result holds the types of result.json: the verdict of one run with its
// identity and its evidence. Printers, the bridge and the dashboard read it; only
// package run writes it.
//
// Contract: Schema is raised when a field changes its meaning; readers refuse a
// newer schema by name. Everything in a Result has passed the masker.
package result

import (
	"regexp"
	"time"
)

// Schema is the version of result.json.
const Schema = 1

// Outcome is the verdict of a stage or a run.
type Outcome string

// The outcomes. A red recipe and a broken machine are never confused.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"           // the recipe
	Error         Outcome = "error"          // the infrastructure
	NotApplicable Outcome = "not-applicable" // with a declared reason
	NotRun        Outcome = "not-run"        // an earlier stage did not pass, or it was not asked for
)

// Result is one run, whole.
type Result struct {
	Schema   int       `json:"schema"`             // of this file: 1
	ID       string    `json:"id"`                 // unique: time and random part
	Recipe   string    `json:"recipe"`             // name of its folder and repository
	PR       int       `json:"pr"`                 // number of the pull request; 0 from a shell
	Domain   string    `json:"domain"`             // of the app under test
	Started  time.Time `json:"started"`            // first stage
	Ended    time.Time `json:"ended"`              // last stage
	Outcome  Outcome   `json:"outcome"`            // the worst of the stages
	Reason   string    `json:"reason,omitempty"`   // one sentence; empty where all passed
	Level    *Level    `json:"level,omitempty"`    // nil for a run of single stages
	Build    *Build    `json:"build,omitempty"`    // what asked for the run; none from a shell
	Identity Identity  `json:"identity"`           // what exactly was tested
	Stages   []Stage   `json:"stages"`             // in the order they ran
	Findings []Finding `json:"findings,omitempty"` // what a person should know
	Updates  []Update  `json:"updates,omitempty"`  // what changes for operators since the published versions
	Residue  []string  `json:"residue,omitempty"`  // what teardown could not remove (S8)
	Notices  []string  `json:"notices,omitempty"`  // overrides in force, stand-ins used, shortened names, retries
	Again    string    `json:"again"`              // the command that repeats the run
}

// Build is the build of Drone that a run was started by.
type Build struct {
	Key        string `json:"key"`            // what asked for it: the comment's id, or the sweep's round (T7)
	Repository string `json:"repository"`     // of the build, "owner/name"
	Number     int64  `json:"number"`         // in that repository
	Link       string `json:"link,omitempty"` // to its page, with live logs
}

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,149}$`)

// ValidKey tells whether a build's Key has the form of one: it is a stranger's until then, and becomes a file's name.
func ValidKey(key string) bool { return keyForm.MatchString(key) }

// Level is the rung reached (0-5), with what was climbed past.
type Level struct {
	Reached       int  `json:"reached"`                 // rungs climbed
	NotApplicable int  `json:"notApplicable,omitempty"` // declared, climbed past
	Generic       bool `json:"generic,omitempty"`       // the recipe declared no state of its own
}

// Identity is what makes two runs the same run.
type Identity struct {
	StandIn   string            `json:"standIn,omitempty"`   // what stood in for the recipe's applications: says nothing about the recipe itself
	Commit    string            `json:"commit"`              // of the recipe, 40 hex digits
	NarHash   string            `json:"narHash,omitempty"`   // sha256-... of the recipe's tree at Commit
	Version   string            `json:"version"`             // the recipe's version label, or the nearest tag
	Images    map[string]string `json:"images"`              // image as written -> digest or id
	Abra      string            `json:"abra"`                // name and version of what deployed
	Router    string            `json:"router"`              // name and version of what routed
	Engine    string            `json:"engine"`              // name and version of the container engine
	Browser   string            `json:"browser,omitempty"`   // name and version
	Driver    string            `json:"driver"`              // version of cc-ci
	PlanHash  string            `json:"planHash"`            // of the plan's JSON
	Overrides []string          `json:"overrides,omitempty"` // "name: what it does"
	Needs     []Dependency      `json:"needs,omitempty"`     // apps that were deployed beside it
}

// Dependency is an app that was deployed beside the one under test.
type Dependency struct {
	Name    string `json:"name"`              // as the recipe's test calls it
	Recipe  string `json:"recipe"`            // its recipe
	Commit  string `json:"commit"`            // 40 hex digits
	Version string `json:"version,omitempty"` // the published version; empty: there is none, and the main branch was taken
	Domain  string `json:"domain"`            // where it was
}

// Stage is one stage's verdict.
type Stage struct {
	Name     string        `json:"name"` // prepare, install, backup, local, upgrade, remove, report
	Outcome  Outcome       `json:"outcome"`
	Reason   string        `json:"reason,omitempty"` // first line: step, expected, seen
	Started  time.Time     `json:"started"`
	Took     time.Duration `json:"took"` // nanoseconds
	Steps    []Step        `json:"steps,omitempty"`
	Evidence []Evidence    `json:"evidence,omitempty"`
	Services []Service     `json:"services,omitempty"` // state and last log lines, where the stage did not pass
	Secrets  string        `json:"secrets,omitempty"`  // salted hash of the app's secrets in force (P3)
	Retries  int           `json:"retries,omitempty"`
}

// Step is one step of a stage.
type Step struct {
	Place    string        `json:"place"` // "state.verify[0]", "flows.login[2]", "ready"
	What     string        `json:"what"`  // "GET /n/abc/download"
	Outcome  Outcome       `json:"outcome"`
	Expected string        `json:"expected,omitempty"`
	Seen     string        `json:"seen,omitempty"`
	Took     time.Duration `json:"took"`
}

// Evidence is a file beside result.json.
type Evidence struct {
	Kind string `json:"kind"` // screenshot, trace, html, aria, console, har
	File string `json:"file"` // relative to the result's folder
	Step string `json:"step,omitempty"`
}

// Service is what the swarm says of one service of the app.
type Service struct {
	Name  string   `json:"name"`  // without the stack's prefix
	Tasks []string `json:"tasks"` // states and errors, newest first
	Log   []string `json:"log"`   // last lines
}

// Update is the way from one published version to the commit under test, as operators go it.
type Update struct {
	From    string   `json:"from"`              // the published version
	Changes []Change `json:"changes,omitempty"` // by kind, then name
	Note    string   `json:"note,omitempty"`    // the recipe's own release note
	Draft   string   `json:"draft,omitempty"`   // a release note to begin with, Markdown
}

// Change is one difference between two versions of a recipe.
type Change struct {
	Kind string `json:"kind"`          // service, image, variable, secret, config, volume, port
	Name string `json:"name"`          // of the service, the variable, ...
	Was  string `json:"was,omitempty"` // empty: it is new
	Is   string `json:"is,omitempty"`  // empty: it is gone
}

// String is the change as one line of text.
func (c Change) String() string {
	switch {
	case c.Was == "":
		return "new " + c.Kind + " " + c.Name + ": " + c.Is
	case c.Is == "":
		return c.Kind + " " + c.Name + " is gone: " + c.Was
	}
	return c.Kind + " " + c.Name + ": " + c.Was + " -> " + c.Is
}

// Finding is something a person should know; Open ones stop the climb to level 5.
type Finding struct {
	ID       string `json:"id"`       // rule id
	Severity string `json:"severity"` // info, warn, act ("operator must act"), refuse (policy)
	Place    string `json:"place"`
	Text     string `json:"text"`
	Accepted string `json:"accepted,omitempty"` // the declared reason
	Found    string `json:"-"`                  // the text without what to do, whole: exceptions are compared with it
}

// Open tells whether a finding still asks for something.
func (f Finding) Open() bool { return f.Accepted == "" && f.Severity != "info" }
