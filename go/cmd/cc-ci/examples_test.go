package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/shlex"
	"github.com/spf13/pflag"
)

// A command as a page shows it works as typed: the command, its flags and their values, its
// arguments, and make's targets are those that there are.
func TestCommandsOfPages(t *testing.T) {
	targets := makeTargets(t)
	seen := 0
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/decisions/") || p.path == "docs/reference/cli.md" {
			continue // what was, and what is generated
		}
		for _, c := range toType(p) {
			for _, words := range commands(c.text) {
				seen++
				if err := tryCommand(words, targets, c.whole); err != nil {
					t.Errorf("%s:%d: %s: %v", p.path, c.number, strings.Join(words, " "), err)
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("expected many commands in the pages, found %d: are they still recognised?", seen)
	}
}

// A check that can't fail is none.
func TestCommandsOfPagesAreJudged(t *testing.T) {
	targets := map[string]bool{"demo": true}
	for text, want := range map[string]string{
		"cc-ci run --plan plan.json --keep 30m":               "",
		"nix run .#test-hedgedoc -- --stage install":          "",
		"nix run '.#test-hedgedoc' -- --detach | head":        "",
		"run=$(nix run .#test-demo -- --lease 10m)":           "",
		"make demo && make dmeo":                              "make has no target dmeo",
		"cc-ci rnu":                                           `no command "rnu"`,
		"cc-ci recipe nwe x":                                  `unknown command "nwe"`,
		"nix run .#test-hedgedoc -- --stag install":           "unknown flag: --stag",
		"nix run .#cc-ci -- run --plan p --keep long":         "invalid argument",
		"FOO=bar nix run git+https://x#test-a -- --ref":       "flag needs an argument",
		"cc-ci recipe check":                                  "accepts 1 arg(s), received 0",
		"cc-ci shell hedgedoc db -- psql -U postgres":         "",
		"cc-ci recipe new NAME --from DIR # a remark with ; ": "",
	} {
		var err error
		for _, words := range commands(text) {
			if e := tryCommand(words, targets, true); e != nil {
				err = e
			}
		}
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s: want %q, got %s", text, want, got)
		}
	}
}

// typed is what a page shows to be typed; whole where it stands in a block of its own, and
// is not just named within a sentence.
type typed struct {
	number int
	text   string
	whole  bool
}

func toType(p page) []typed {
	var found []typed
	continued := ""
	for _, l := range p.lines {
		text := strings.TrimSpace(l.text)
		if !l.fenced {
			for _, span := range inlineCode.FindAllString(l.text, -1) {
				found = append(found, typed{l.number, strings.Trim(span, "`"), false})
			}
			continue
		}
		command, prompted := strings.CutPrefix(text, "$ ")
		if l.block != "sh" && l.block != "bash" && !prompted && continued == "" {
			continue
		}
		command = continued + command
		if head, more := strings.CutSuffix(command, "\\"); more {
			continued = head
			continue
		}
		continued = ""
		found = append(found, typed{l.number, command, true})
	}
	return found
}

var (
	separators = regexp.MustCompile(`\s(?:\|\|?|&&|;|>|2>|<)\s|;\s|\s>`)
	assigned   = regexp.MustCompile(`^[A-Za-z_]+=`)
	runsTest   = regexp.MustCompile(`^\S*#test-\S+$`)
	runsCLI    = regexp.MustCompile(`^\S*#cc-ci$`)
)

// commands gives the words of those commands of a line that are this project's: cc-ci itself, in
// whichever way it is called, and make.
func commands(text string) [][]string {
	var found [][]string
	if _, inner, ok := strings.Cut(text, "$("); ok {
		inner, _, _ = strings.Cut(inner, ")")
		found = commands(inner)
	}
	if at := strings.Index(text, " # "); at >= 0 {
		text = text[:at]
	}
	for _, part := range separators.Split(text, -1) {
		words, err := shlex.Split(part)
		if err != nil {
			continue // a sentence with an apostrophe
		}
		for len(words) > 0 && (assigned.MatchString(words[0]) || words[0] == "sudo") {
			words = words[1:]
		}
		if words = ours(words); words != nil {
			found = append(found, words)
		}
	}
	return found
}

// ours turns the ways to call cc-ci into one; nil is somebody else's command.
func ours(words []string) []string {
	if len(words) < 2 {
		return nil
	}
	if words[0] == "cc-ci" || words[0] == "make" {
		return words
	}
	if words[0] != "nix" || words[1] != "run" {
		return nil
	}
	for i, w := range words[2:] {
		rest := words[2+i+1:]
		if len(rest) > 0 && rest[0] == "--" {
			rest = rest[1:]
		}
		switch {
		case runsTest.MatchString(w):
			return append([]string{"cc-ci", "run", "--plan", "of-the-flake"}, rest...)
		case runsCLI.MatchString(w):
			return append([]string{"cc-ci"}, rest...)
		}
	}
	return nil
}

// tryCommand parses a command as the program would, and stops before it acts. In a sentence a
// value or an argument may be missing: "with --out".
func tryCommand(words []string, targets map[string]bool, whole bool) error {
	if words[0] == "make" {
		for _, w := range words[1:] {
			if !strings.HasPrefix(w, "-") && !targets[w] {
				return fmt.Errorf("make has no target %s", w)
			}
		}
		return nil
	}
	root := rootCmd()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	cmd, rest, err := root.Find(words[1:])
	if err != nil {
		return err
	}
	if cmd == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return fmt.Errorf("no command %q", rest[0])
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	if !whole {
		return knownFlags(cmd.Flags(), cmd.InheritedFlags(), rest)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	help, _ := cmd.Flags().GetBool("help")
	list := cmd.Flags().Lookup("list")
	if help || list != nil && list.Changed || strings.Contains(strings.Join(rest, " "), "...") {
		return nil
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

func knownFlags(own, inherited *pflag.FlagSet, words []string) error {
	for _, w := range words {
		name, ok := strings.CutPrefix(w, "--")
		if name, _, _ = strings.Cut(name, "="); ok && name != "" && own.Lookup(name) == nil && inherited.Lookup(name) == nil {
			return fmt.Errorf("unknown flag: --%s", name)
		}
		if w == "--" {
			return nil
		}
	}
	return nil
}

func makeTargets(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(text), -1) {
		targets[m[1]] = true
	}
	return targets
}
