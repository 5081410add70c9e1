// Package draft writes the first recipe file for a recipe: what its compose files and its
// env sample tell, as Nix, with every guess marked as one. A person reads it, corrects it,
// and goes on from there (docs/how-to/enroll-recipe.md).
package draft

import (
	"cmp"
	"fmt"
	"regexp"
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

// summary is what was found, for the first line.
func summary(f *recipe.Facts) string {
	var services []string
	for _, s := range f.Services {
		services = append(services, fmt.Sprintf("%s (%s)", s.Name, oneLine(s.Image)))
	}
	text := "services " + strings.Join(services, ", ")
	var volumes []string
	for _, v := range f.Volumes {
		volumes = append(volumes, v.Key)
	}
	if len(volumes) > 0 {
		text += "; volumes " + strings.Join(volumes, ", ")
	}
	return oneLine(text)
}

var database = regexp.MustCompile(`(^|/)(postgres|postgis|pgvector|mariadb|mysql)([:/@-]|$)`)

func category(f *recipe.Facts) string {
	databases := 0
	for _, s := range f.Services {
		if database.MatchString(s.Image) {
			databases++
		}
	}
	passthrough := slices.ContainsFunc(f.Routers, func(r recipe.Router) bool { return r.Passthrough })
	switch {
	case passthrough:
		return "tls-passthrough"
	case len(f.Services) > 3:
		return "multi-service"
	case databases > 0:
		return "single-database"
	case len(f.Volumes) > 0:
		return "stateful"
	}
	return "stateless"
}

var healthURL = regexp.MustCompile(`https?://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::\d+)?(/[A-Za-z0-9._~/-]*)`)

// readyPath takes the path that the recipe's own health check asks for.
func readyPath(f *recipe.Facts) (path, why string) {
	for _, r := range f.Routers {
		for _, s := range f.Config.Services {
			if s.Name != r.Service || s.HealthCheck == nil {
				continue
			}
			if m := healthURL.FindStringSubmatch(strings.Join(s.HealthCheck.Test, " ")); m != nil && m[1] != "/" {
				return m[1], "The recipe's health check asks for this one."
			}
		}
	}
	return "/", "This one is a guess."
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

// hostTemplate makes a host of the sample one of the run's: collabora.<domain> becomes
// collabora-${domain}.
func hostTemplate(host, domain string) string {
	label, _, _ := strings.Cut(host, ".")
	if head, ok := strings.CutSuffix(host, "."+domain); ok {
		label = strings.ReplaceAll(head, ".", "-")
	} else if head, ok := strings.CutSuffix(host, "-"+domain); ok {
		label = head
	}
	return label + "-${domain}"
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

// statements are a first state: through the app's database where it has a Postgres, in a file else.
func statements(f *recipe.Facts) []string {
	for _, s := range f.Services {
		if !postgres.MatchString(s.Image) {
			continue
		}
		psql := fmt.Sprintf("[ { exec = { service = %s; command = [ \"psql\" \"--username=%s\" \"--dbname=%s\" \"--set=ON_ERROR_STOP=1\" \"--tuples-only\" \"--file=-\" ]; stdin = %%s;%%s }; } ];",
			quote(s.Name), setting(f, s.Name, "POSTGRES_USER", "postgres"), setting(f, s.Name, "POSTGRES_DB", "postgres"))
		return []string{
			"Write through the app where you can; a table of its own shows that the database survives.",
			fmt.Sprintf("state.write = "+psql, quote("create table kept as select 'kept' as word"), ""),
			fmt.Sprintf("state.verify = "+psql, quote("select word from kept"), " expect.stdout = \"kept\";"),
			fmt.Sprintf("state.change = "+psql, quote("update kept set word = 'lost'"), ""),
		}
	}
	service, folder := saved(f)
	return []string{
		fmt.Sprintf("state.write = [ { exec = { service = %s; command = [ \"sh\" \"-c\" \"printf kept > %s/cc-ci.txt\" ]; }; } ];", quote(service), folder),
		fmt.Sprintf("state.verify = [ { exec = { service = %s; command = [ \"cat\" %s ]; expect.equals = \"kept\"; }; } ];", quote(service), quote(folder+"/cc-ci.txt")),
		fmt.Sprintf("state.change = [ { exec = { service = %s; command = [ \"sh\" \"-c\" \"printf lost > %s/cc-ci.txt\" ]; }; } ];", quote(service), folder),
	}
}

var postgres = regexp.MustCompile(`(^|/)(postgres|postgis|pgvector)([:/@-]|$)`)

// setting is a variable of a service, where the compose files give it a plain value.
func setting(f *recipe.Facts, service, name, otherwise string) string {
	for _, s := range f.Config.Services {
		if value := s.Environment[name]; s.Name == service && value != nil && plainWord.MatchString(*value) {
			return *value
		}
	}
	return otherwise
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// flows begins with the front page.
func (w *writer) flows() {
	w.line("")
	w.line("  # What a person does, in a browser. Record it with Chrome's recorder and `cc-ci flow import`, or begin here:")
	w.line("  # flows.home = [ { goto = \"/\"; } { expectText.text = \"what a visitor must see\"; } { expectNoConsoleErrors = { }; } ];")
}

// saved is a place that a backup holds whole, else the first volume's.
func saved(f *recipe.Facts) (service, folder string) {
	for _, s := range f.Services {
		for _, m := range s.Mounts {
			if m.Type != "volume" {
				continue
			}
			if v := s.Backup.Volumes[m.Source]; folder == "" || s.Backup.Enabled && !v.Excluded && len(v.Paths) == 0 {
				service, folder = s.Name, m.Target
			}
		}
	}
	return service, oneLine(folder)
}

// oneLine keeps a recipe's text inside a comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// plainAttribute is a name that Nix takes bare, unless it is a word of the language.
var plainAttribute = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

var words = []string{"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}

// attribute gives a name as it stands on the left of a Nix definition.
func attribute(name string) string {
	if plainAttribute.MatchString(name) && !slices.Contains(words, name) {
		return name
	}
	return quote(name)
}

// quote gives a Nix string; "${" begins one of the plan's own templates.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`).Replace(s) + `"`
}
