package report

import (
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// View is a result in the words and numbers of a page. All text in it is inert.
type View struct {
	Recipe, Commit, Version, Again string
	Word, Tone, Sentence, Took     string
	PR                             int
	Started                        time.Time
	Level                          *Ladder   // nil where there is none
	Trouble                        *Trouble  // nil where nothing went wrong
	Notes                          []Note    // findings, residue, notices
	Pictures                       []Picture // of a run without trouble; else they are with their stages
	Stages                         []StageView
	Identity                       []Row
	Style                          template.CSS // of this package, not of a result
	Policy                         string
}

// Ladder is a level as rungs.
type Ladder struct {
	Text  string
	Rungs []Rung
}

// Rung is one level: what it adds and whether it was reached.
type Rung struct {
	Name string
	On   bool
}

// Trouble is why a run is not green.
type Trouble struct {
	Tone, Stage, Place, What, Expected, Seen string
	Services                                 []result.Service
	Pictures                                 []Picture
}

// Note is something that a person should know.
type Note struct{ Tone, Kind, Text, Place, Accepted string }

// maxSteps is how many steps of a stage a page shows, its last: the end is where a failure is.
const maxSteps = 400

// StageView is one stage.
type StageView struct {
	Anchor, Name, Word, Tone, Reason, Took string
	Open                                   bool
	Retried                                string // empty: not
	Bar                                    Bar
	Cut                                    int // earlier steps that are not shown
	Steps                                  []StepView
	Services                               []result.Service // empty where Trouble has them
	Pictures                               []Picture
	Files                                  []FileLink
	Log                                    *Excerpt
}

// StepView is one step; Diff asks to show what was expected and seen.
type StepView struct {
	Place, What, Word, Tone, Expected, Seen, Took string
	Diff                                          bool
}

// FileLink is evidence that is not embedded; Address is relative to the page.
type FileLink struct{ Kind, File, Address string }

// Bar is a stage's place on the time line, in percent of the run.
type Bar struct {
	From, Width string
	Shown       bool
}

// newView makes the view of r, reading screenshots and logs from files (nil: none).
func newView(r result.Result, files fs.FS) View { return view(r, &album{files: files}) }

// LinkedView is newView for a page that is served: screenshots are not embedded, their
// addresses are relative to the page, as those of all evidence.
func LinkedView(r result.Result, files fs.FS) View { return view(r, &album{files: files, link: true}) }

func view(r result.Result, album *album) View {
	v := View{
		Recipe: name(r.Recipe), Commit: Short(r.Identity.Commit), Version: name(r.Identity.Version),
		Again: OneLine(r.Again), Word: headline(r), Tone: toneOf(r), Sentence: sentence(r),
		Took: Span(r.Ended.Sub(r.Started)), PR: r.PR, Started: r.Started.UTC(),
		Notes: notes(r), Identity: identityRows(r), Style: template.CSS(Style), Policy: Policy,
	}
	if r.Level != nil {
		v.Level = LadderOf(*r.Level)
	}
	stage, step := trouble(r)
	if stage != nil {
		v.Trouble = troubleView(r, *stage, step, album)
	}
	for i := range r.Stages {
		s := stageView(r, i, album.files)
		switch {
		case stage == &r.Stages[i]:
			s.Open = true
		case stage == nil:
			v.Pictures = append(v.Pictures, album.pictures(r.Stages[i])...)
		default:
			s.Services, s.Pictures = inertServices(r.Stages[i].Services), album.pictures(r.Stages[i])
		}
		v.Stages = append(v.Stages, s)
	}
	return v
}

// Shown gives the pictures of the page's first screen.
func (v View) Shown() []Picture {
	if v.Trouble != nil {
		return v.Trouble.Pictures
	}
	return v.Pictures
}

// LadderOf gives a level as rungs.
func LadderOf(l result.Level) *Ladder {
	out := &Ladder{Text: strings.TrimPrefix(levelText(&l), "level ")}
	for i, name := range result.Rungs {
		out.Rungs = append(out.Rungs, Rung{fmt.Sprintf("%d: %s", i+1, name), i < l.Reached})
	}
	return out
}

// troubleView is nil where the page's first sentence has said it all.
func troubleView(r result.Result, s result.Stage, step *result.Step, a *album) *Trouble {
	t := &Trouble{Tone: Tone(s.Outcome), Stage: name(s.Name), Services: inertServices(s.Services), Pictures: a.pictures(s)}
	if step != nil {
		t.Place, t.What = name(step.Place), brief(step.What, 400)
		t.Expected, t.Seen = Clip(Inert(step.Expected), 4000), Clip(Inert(step.Seen), 4000)
	} else if s.Reason != r.Reason {
		t.What = brief(s.Reason, 400)
	}
	if step == nil && t.What == "" && len(t.Services)+len(t.Pictures) == 0 {
		return nil
	}
	return t
}

func stageView(r result.Result, i int, files fs.FS) StageView {
	s := r.Stages[i]
	v := StageView{
		Anchor: fmt.Sprintf("stage-%d", i+1), Name: name(s.Name), Word: Word(s.Outcome), Tone: Tone(s.Outcome),
		Reason: brief(s.Reason, 500), Took: Clock(s.Took), Retried: retried(s.Retries), Bar: bar(r, s),
	}
	if s.Outcome == result.NotRun || s.Outcome == result.NotApplicable {
		v.Took = ""
	}
	steps := s.Steps
	if over := len(steps) - maxSteps; over > 0 {
		v.Cut, steps = over, steps[over:]
	}
	for _, step := range steps {
		v.Steps = append(v.Steps, StepView{
			Place: OneLine(step.Place), What: brief(step.What, 500), Word: Word(step.Outcome), Tone: Tone(step.Outcome),
			Expected: Clip(Inert(step.Expected), 2000), Seen: Clip(Inert(step.Seen), 2000), Took: Span(step.Took),
			Diff: step.Outcome == result.Fail || step.Outcome == result.Error,
		})
	}
	for _, e := range s.Evidence {
		if e.Kind != screenshot && fs.ValidPath(e.File) {
			v.Files = append(v.Files, FileLink{name(e.Kind), brief(e.File, 200), beside(e.File)})
		}
	}
	v.Log = excerpt(files, s.Name, v.Anchor)
	return v
}

// bar places a stage between the run's start and end; a stage too short to see gets a sliver.
func bar(r result.Result, s result.Stage) Bar {
	whole := r.Ended.Sub(r.Started).Seconds()
	if whole <= 0 || s.Started.Before(r.Started) || s.Took <= 0 {
		return Bar{}
	}
	width := min(max(s.Took.Seconds()/whole*100, 0.6), 100)
	from := min(s.Started.Sub(r.Started).Seconds()/whole*100, 100-width)
	return Bar{fmt.Sprintf("%.2f", from), fmt.Sprintf("%.2f", width), true}
}

func notes(r result.Result) []Note {
	var out []Note
	for _, f := range r.Findings {
		n := Note{Tone: "error", Kind: severity(OneLine(f.Severity)), Text: brief(f.Text, 1000), Accepted: OneLine(f.Accepted)}
		n.Place = strings.Trim(OneLine(f.Place)+" · "+OneLine(f.ID), " ·")
		if !f.Open() {
			n.Tone = "idle"
		} else if f.Severity == "refuse" {
			n.Tone = "fail"
		}
		out = append(out, n)
	}
	for _, s := range r.Residue {
		out = append(out, Note{Tone: "fail", Kind: "left behind", Text: OneLine(s)})
	}
	for _, s := range r.Notices {
		out = append(out, Note{Tone: "idle", Kind: "notice", Text: OneLine(s)})
	}
	return out
}

func inertServices(in []result.Service) []result.Service {
	out := make([]result.Service, 0, len(in))
	for _, s := range in {
		one := result.Service{Name: name(s.Name)}
		for _, t := range s.Tasks {
			one.Tasks = append(one.Tasks, brief(t, 1000))
		}
		for _, l := range s.Log {
			one.Log = append(one.Log, Clip(strings.ReplaceAll(Inert(l), "\n", " "), 2000))
		}
		out = append(out, one)
	}
	return out
}

// Tone is the style sheet's class for an outcome.
func Tone(o result.Outcome) string {
	switch o {
	case result.Pass:
		return "pass"
	case result.Fail:
		return "fail"
	case result.Error:
		return "error"
	}
	return "idle"
}
