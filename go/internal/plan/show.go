package plan

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Show writes what a run of p will do, for people.
func (p *Plan) Show(w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%s: %s (%s)\n", p.Recipe, p.Description, p.Category)
	line("source", "%s", p.Source)
	for _, name := range slices.Sorted(maps.Keys(p.Env)) {
		line("env", "%s=%s", name, p.Env[name])
	}
	if len(p.Compose) > 0 {
		line("compose", "%s", strings.Join(p.Compose, ":"))
	}
	for _, h := range p.Hosts {
		line("host", "%s", h)
	}
	if p.TLS == "app" {
		line("tls", "ends in the app; its certificate's issuer is not checked")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Secrets)) {
		s := p.Secrets[name]
		line("secret", "%s: %s", name, cmp.Or(s.Value, fmt.Sprintf("%s of length %d", s.Kind, s.Length)))
	}
	for _, n := range p.Needs {
		line("needs", "%s: %s (%s)", n.Name, n.Plan.Recipe, n.Plan.Description)
	}
	line("ready", "GET %s answers one of %s within %s", p.Ready.Path, strings.Trim(fmt.Sprint(p.Ready.Status), "[]"), short(p.Ready.Timeout))
	for _, u := range p.Ready.Also {
		line("ready", "GET %s does so too", u)
	}
	if p.Smoke != nil {
		for _, expr := range p.Smoke.Allow {
			line("smoke", "errors on the front page's console that fit %s are ignored", expr)
		}
	}
	line("upgrade", "%s", cmp.Or(notApplicable(p.Upgrade.NotApplicable), "from "+strings.Join(p.Upgrade.From, ", ")))
	line("backup", "%s", cmp.Or(notApplicable(p.Backup.NotApplicable), "restore "+strings.Join(p.Backup.Restore, ", ")))
	line("local", "%s", cmp.Or(notApplicable(p.Local.NotApplicable), "tests/ of the recipe's repository"))
	l := p.Limits
	line("limits", "deploy %s, step %s, pull %s, run %s", short(l.Deploy), short(l.Step), short(l.Pull), short(l.Run))
	for _, e := range p.Exceptions {
		line("exception", "%s at %s: %s", e.Rule, strings.TrimSuffix(e.Place+": "+e.Found, ": "), e.Reason)
	}
	p.showLists(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Plan) showLists(b *strings.Builder) {
	for _, n := range p.Needs {
		for i, s := range n.Setup {
			fmt.Fprintf(b, "setup %s %d: %s\n", n.Name, i+1, s)
		}
	}
	if p.State.Generic {
		b.WriteString("state     generic: markers derived from the backup labels\n")
	}
	for _, l := range []struct {
		name  string
		steps []Step
	}{{"setup", p.Setup}, {"write", p.State.Write}, {"verify", p.State.Verify}, {"change", p.State.Change}} {
		for i, s := range l.steps {
			fmt.Fprintf(b, "%s %d: %s\n", l.name, i+1, s)
		}
	}
	for _, f := range p.Flows {
		for i, s := range f.Steps {
			fmt.Fprintf(b, "flow %s %d: %s\n", f.Name, i+1, s)
		}
	}
}

func notApplicable(reason string) string {
	if reason == "" {
		return ""
	}
	return "not applicable: " + reason
}

// short drops the zero parts at the end of a span: 5m instead of 5m0s.
func short(d Duration) string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// String says in a few words what the step does, for progress lines and reports. Templates stay as written.
func (s Step) String() string {
	switch {
	case s.HTTP != nil:
		return "http " + s.HTTP.Method + " " + s.HTTP.Path
	case s.Exec != nil:
		return "exec " + s.Exec.Service + ": " + strings.Join(s.Exec.Command, " ")
	case s.File != nil:
		return s.File.String()
	case s.Save != nil:
		return "save " + s.Save.As
	default:
		words := make([]string, len(s.Browser))
		for i, step := range s.Browser {
			words[i] = step.String()
		}
		return "browser " + strings.Join(words, "; ")
	}
}

// String says what is done to which file.
func (f *File) String() string {
	verb := "look at"
	if f.Write != nil {
		verb = "write"
	}
	return verb + " file " + f.Service + ": " + f.Path
}

// String says in a few words what the step does. Typed values are left out: they may be long.
func (s BrowserStep) String() string {
	switch {
	case s.Goto != "":
		return "goto " + s.Goto
	case s.Fill != nil:
		return "fill " + s.Fill.At.String()
	case s.Type != nil:
		return "type " + s.Type.At.String()
	case s.Press != nil:
		return "press " + s.Press.Key
	case s.Click != nil:
		return "click " + s.Click.String()
	case s.Select != nil:
		return "select " + s.Select.At.String()
	case s.Upload != nil:
		return "upload " + s.Upload.Name
	case s.Download != nil:
		return "download " + s.Download.Click.String()
	}
	return s.lookString()
}

// lookString is String for the verbs that only look.
func (s BrowserStep) lookString() string {
	switch {
	case s.ExpectText != nil:
		return fmt.Sprintf("expectText %q", s.ExpectText.Text)
	case s.ExpectURL != "":
		return "expectURL " + s.ExpectURL
	case s.ExpectTitle != "":
		return fmt.Sprintf("expectTitle %q", s.ExpectTitle)
	case s.NoErrors != nil:
		return "expectNoConsoleErrors"
	case s.Save != nil:
		return "save " + s.Save.As
	case s.Wait != nil:
		return "wait for " + s.Wait.For.String() + " to be " + s.Wait.State
	case s.Eval != nil:
		return "eval"
	default:
		return "screenshot " + s.Screenshot
	}
}

// String names the element as a person would: `button "Save"`, `label "Title"`, or its CSS.
func (a At) String() string {
	switch {
	case a.Role != "" && a.Name != "":
		return fmt.Sprintf("%s %q", a.Role, a.Name)
	case a.Role != "":
		return a.Role
	case a.Label != "":
		return fmt.Sprintf("label %q", a.Label)
	case a.Placeholder != "":
		return fmt.Sprintf("placeholder %q", a.Placeholder)
	case a.Text != "":
		return fmt.Sprintf("text %q", a.Text)
	case a.TestID != "":
		return fmt.Sprintf("test id %q", a.TestID)
	default:
		return a.CSS
	}
}
