// Package draft writes the first recipe file for a recipe: what its compose files and its
// env sample tell, as Nix, with every guess marked as one. A person reads it, corrects it,
// and goes on from there (docs/how-to/enroll-recipe.md).
package draft

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// File gives the text of recipes/<name>/default.nix for a recipe with these facts. source is
// where a run clones it from; empty means where the schema looks by itself. The text evaluates
// as it stands, and its run is at least the generic one.
func File(name, source string, f *recipe.Facts) string {
	w := &writer{}
	w.line("# %s: %s", name, summary(f))
	w.line("# A draft by `cc-ci recipe new`, made from the recipe's compose files. Lines with \"guess\" want a look.")
	w.line("{")
	w.line("  description = %s; # guess: say what the app is", quote("The "+name+" recipe"))
	w.line("  category = %s; # guess", quote(category(f)))
	w.source(source)
	w.line("")
	path, why := readyPath(f)
	w.line("  # A page that answers only when the app works. %s", why)
	w.line("  ready.path = %s;", quote(path))
	w.hosts(f)
	w.variables(f)
	w.secrets(f)
	w.state(f)
	w.flows()
	w.line("}")
	return w.b.String()
}

type writer struct{ b strings.Builder }

func (w *writer) line(format string, args ...any) {
	w.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (w *writer) source(from string) {
	switch {
	case from == "":
	case strings.HasPrefix(from, "/"):
		w.line("  source = %s; # of this machine alone: say where everybody can clone it before you merge", quote(from))
	default:
		w.line("  source = %s;", quote(from))
	}
}

// hosts are those beside the app's own.
func (w *writer) hosts(f *recipe.Facts) {
	domain := f.Environment["DOMAIN"]
	var further []string
	for _, h := range f.Hosts() {
		if h != domain {
			further = append(further, quote(hostTemplate(h, domain)))
		}
	}
	if len(further) == 0 {
		return
	}
	w.line("")
	w.line("  # The routers answer to these too; the CI's certificate covers one label below its domain.")
	w.line("  hosts = [ %s ]; # guess", strings.Join(further, " "))
	for _, e := range f.Sample {
		if value := strings.ToLower(e.Value); value != domain && slices.Contains(f.Hosts(), value) {
			w.line("  env.%s = %s; # guess", attribute(e.Key), quote(hostTemplate(value, domain)))
		}
	}
}

// variables are those that no line of the sample sets.
func (w *writer) variables(f *recipe.Facts) {
	var lines []string
	for _, name := range f.Needs() {
		if _, set := f.Environment[name]; !set && !recipe.IsDriverKey(name) {
			lines = append(lines, fmt.Sprintf("  env.%s = \"\"; # guess: it has no default", attribute(name)))
		}
	}
	if len(lines) > 0 {
		w.line("")
		w.line("%s", strings.Join(lines, "\n"))
	}
}

// secrets that abra does not generate are declared; those that it does are named, for steps.
func (w *writer) secrets(f *recipe.Facts) {
	var declared, known []string
	for _, s := range f.Secrets {
		switch {
		case !s.External:
		case s.Spec.Manual:
			declared = append(declared, fmt.Sprintf("  secrets.%s = { kind = \"alphanumeric\"; length = %d; }; # guess", attribute(s.Spec.Name), cmp.Or(s.Spec.Length, 32)))
		default:
			known = append(known, "\"\\${secret:"+s.Spec.Name+"}\"")
		}
	}
	if len(known) > 0 {
		w.line("")
		w.line("  # abra makes these secrets; a step says %s.", strings.Join(known, ", "))
	}
	if len(declared) > 0 {
		w.line("")
		w.line("  # Inserted by hand (generate=false): the driver makes a value of this form.")
		w.line("%s", strings.Join(declared, "\n"))
	}
}

// state begins with what the backup labels save.
func (w *writer) state(f *recipe.Facts) {
	w.line("")
	if len(f.Volumes) == 0 {
		w.line("  # No volume: there is nothing to save.")
		w.line("  backup.notApplicable = \"the app keeps no data\"; # guess")
		return
	}
	if !f.BackedUp() {
		w.line("  # No service has the label backupbot.backup=true, so nothing would be saved: mend the recipe, or say why:")
		w.line("  # backup.notApplicable = \"\";")
		w.line("")
	}
	w.line("  # How to write the app's data, see that it is there, and change it. Without these three a generic")
	w.line("  # marker follows the backup labels.")
	for _, l := range statements(f) {
		w.line("  # %s", l)
	}
}

// flows begins with the front page.
func (w *writer) flows() {
	w.line("")
	w.line("  # What a person does, in a browser. Record it with Chrome's recorder and `cc-ci flow import`, or begin here:")
	w.line("  # flows.home = [ { goto = \"/\"; } { expectText.text = \"what a visitor must see\"; } { expectNoConsoleErrors = { }; } ];")
}
