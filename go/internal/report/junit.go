package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// JUnit writes r in the XML that Jenkins, GitLab and Gitea read: one testsuite per stage,
// one testcase per step, and one named "stage" where the steps alone don't give the
// stage's outcome (a deploy that timed out, a stage that was not run). A red recipe is a
// failure, a broken machine an error, everything that did not run is skipped with its reason.
func JUnit(w io.Writer, r result.Result) error {
	doc := suites{Name: OneLine("cc-ci " + r.Recipe), Time: seconds(r.Ended.Sub(r.Started))}
	for i, s := range r.Stages {
		one := suiteOf(r, s)
		if i == 0 {
			one.Properties = properties(r)
		}
		doc.Tests += one.Tests
		doc.Failures += one.Failures
		doc.Errors += one.Errors
		doc.Suites = append(doc.Suites, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// The elements keep to what the Jenkins and GitLab readers have in common.
type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr,omitempty"`
	Properties *props     `xml:"properties"`
	Cases      []testcase `xml:"testcase"`
	Out        string     `xml:"system-out,omitempty"`
}

type props struct {
	List []property `xml:"property"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class   string `xml:"classname,attr"`
	Name    string `xml:"name,attr"`
	Time    string `xml:"time,attr"`
	Skipped *mark  `xml:"skipped"`
	Error   *mark  `xml:"error"`
	Failure *mark  `xml:"failure"`
}

type mark struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func suiteOf(r result.Result, s result.Stage) suite {
	out := suite{Name: OneLine(s.Name), Time: seconds(s.Took)}
	if !s.Started.IsZero() {
		out.Timestamp = s.Started.UTC().Format("2006-01-02T15:04:05")
	}
	class := OneLine("cc-ci." + r.Recipe + "." + s.Name)
	explained := len(s.Steps) > 0 && s.Outcome == result.Pass
	for _, step := range s.Steps {
		c := testcase{Class: class, Name: Clip(strings.TrimSuffix(OneLine(step.Place)+": "+OneLine(step.What), ": "), 300), Time: seconds(step.Took)}
		o := step.Outcome
		if s.Outcome == result.Pass && o == result.Fail {
			o = result.NotApplicable // optional: noted, not red
		}
		c.judge(o, stepText(step), detail(step))
		out.add(c)
		explained = explained || step.Outcome == s.Outcome
	}
	if !explained {
		c := testcase{Class: class, Name: "stage", Time: seconds(s.Took)}
		c.judge(s.Outcome, OneLine(s.Reason), Inert(s.Reason))
		out.add(c)
	}
	out.Out = services(s)
	return out
}

func (s *suite) add(c testcase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (c *testcase) judge(o result.Outcome, message, text string) {
	m := &mark{Message: Clip(message, 500)}
	switch o {
	case result.Pass:
	case result.Fail:
		m.Type, m.Text = "recipe", text
		c.Failure = m
	case result.Error:
		m.Type, m.Text = "infrastructure", text
		c.Error = m
	default:
		c.Skipped = m
	}
}

func detail(s result.Step) string {
	return Inert(fmt.Sprintf("%s: %s\nexpected: %s\nseen:     %s\n", s.Place, s.What, s.Expected, s.Seen))
}

// services gives the tasks and last log lines of a stage that did not pass, as one text.
func services(s result.Stage) string {
	var b strings.Builder
	for _, v := range s.Services {
		for _, t := range v.Tasks {
			fmt.Fprintf(&b, "%s: %s\n", OneLine(v.Name), OneLine(t))
		}
		for _, l := range v.Log {
			fmt.Fprintf(&b, "%s | %s\n", OneLine(v.Name), OneLine(l))
		}
	}
	return b.String()
}

func properties(r result.Result) *props {
	var out []property
	for _, p := range identityRows(r) {
		out = append(out, property(p))
	}
	if r.Level != nil {
		out = append(out, property{"level", r.Level.String()})
	}
	return &props{append(out, property{"again", OneLine(r.Again)})}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }
