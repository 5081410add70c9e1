// Package answer writes what the bridge says on a pull request (T8, U4): one comment per
// trigger, edited in place, from "taken" to the verdict. It is pure: facts in, Markdown out.
//
// Contract: whatever a recipe, a run or a stranger could have chosen stands inside a
// fenced block whose fence is longer than any run of backticks in it, after report made
// it inert: no mention, no link, no picture and no HTML of theirs comes to life. Outside
// of it stand only names of checked form, commits, numbers and the operator's own
// addresses. The hidden mark is not this package's.
package answer

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// Writer knows the installation's names and addresses.
type Writer struct {
	Organisation string
	Project      string // "owner/name" of the repository whose builds are the runs
	Drone        string // address of Drone's pages
	Clone        string // address that the project is cloned from, for the command that repeats a run
	Forge        string // address of the forge, which has the recipes' repositories
}

// Report is a published result with the address of its page, empty where there is none.
type Report struct {
	Result     result.Result
	Page       string
	Screenshot string // address of a picture of the app or of the failure
	Flaky      string // why its pass is not plain green, a clause of cc-ci's own; empty where it is
	Slow       string // its time beside the usual one, where it took longer
}

// Wait is how a run stands.
type Wait struct {
	Pull    trigger.Pull
	SHA     string
	Source  string // another repository than the pull request's for a fork
	Build   int64  // 0 before there is one
	Running bool
	Before  int       // builds of recipes that start before it
	End     time.Time // expected; zero where nothing is known
}

// BuildLink gives a build's page, a run's stable address (U1); empty for no build.
func (w Writer) BuildLink(build int64) string {
	if build == 0 {
		return ""
	}
	return fmt.Sprintf("%s/%s/%d", strings.TrimSuffix(w.Drone, "/"), w.Project, build)
}

// Waiting says that a comment was taken, is in the queue, or runs.
func (w Writer) Waiting(s Wait) string {
	parts := []string{name(s)}
	switch {
	case s.Running:
		parts = append(parts, "**running**")
	case s.Build == 0:
		parts = append(parts, "**taken**, the build is being made", before(s.Before))
	default:
		parts = append(parts, "**queued**", before(s.Before))
	}
	if !s.End.IsZero() {
		parts = append(parts, "expected end about "+s.End.UTC().Format("15:04")+" UTC")
	}
	text := w.line(append(parts, w.log(s.Build, "live log")))
	if s.Source != "" && !strings.EqualFold(s.Source, s.Pull.Owner+"/"+s.Pull.Repo) {
		text += "\n\nFrom a fork; it runs without secrets, as every run does."
	}
	return text
}

// Refused says why a comment is not run, and what to do.
func (w Writer) Refused(v trigger.Verdict, author string, p trigger.Pull) string {
	why := map[trigger.Verdict]string{
		trigger.NotEnrolled: "this recipe is not enrolled. Merge a folder `recipes/" + plain(p.Recipe()) + "` to the default branch of " + code(w.Project) + ", then comment again.",
		trigger.NotMember:   "only members of " + code(w.Organisation) + " can start a run. One of them can read the change and comment `" + trigger.Word + "`.",
		trigger.Missed:      "cc-ci was away when this was asked for, more than a day ago. Please comment `" + trigger.Word + "` again.",
		trigger.Closed:      "the pull request is not open. Reopen it, then comment `" + trigger.Word + "` again.",
		trigger.Moved:       "something was pushed after the comment (or in the same second), so it can't be told which commit was meant. Look at the new commit, then comment `" + trigger.Word + "` again.",
		trigger.Unseen:      "the branch holds a commit that this pull request does not show. Look again in a moment; where it never does, because the branch was pushed to while the pull request was closed or twice within a moment, push once more. Then comment `" + trigger.Word + "` again.",
	}[v]
	return w.line([]string{"**not run**: " + why})
}

// Verdict says what came of a run that has a result.
func (w Writer) Verdict(s Wait, b trigger.Build, r Report) string {
	res := r.Result
	res.Recipe, res.Identity.Commit = s.Pull.Recipe(), s.SHA
	res.Again = ""
	var screen strings.Builder
	report.Summary(&screen, report.Terminal{}, res, "") //nolint:errcheck // a string takes everything
	head, rest, _ := strings.Cut(strings.TrimSpace(screen.String()), "\n")
	parts := strings.Split(strings.TrimPrefix(head, "cc-ci | "), " | ")
	parts[0] = name(s)
	if len(parts) > 1 {
		if r.Flaky != "" {
			parts[1] = "FLAKY" + strings.TrimPrefix(parts[1], "GREEN")
		}
		parts[1] = "**" + parts[1] + "**"
	}
	parts = append(parts, w.log(b.Number, "log"), link("page", r.Page))
	if r.Slow != "" {
		rest = "slow: it took " + r.Slow + "\n" + strings.TrimLeft(rest, "\n")
	}
	if r.Flaky != "" {
		rest = "flaky: " + r.Flaky + "\n" + strings.TrimLeft(rest, "\n")
	}
	text := w.line(parts) + "\n\n" + fence(rest) + "\n" + w.again(s, b)
	if src := safeURL(r.Screenshot); src != "" {
		text += "\n\n![screenshot](" + src + ")"
	}
	return text
}

// again is the command that repeats a run anywhere: the same cc-ci, recipe and commit.
func (w Writer) again(s Wait, b trigger.Build) string {
	from := strings.TrimSuffix(w.Clone, "/")
	if b.Commit != "" {
		from += "?rev=" + b.Commit
	}
	recipe := fmt.Sprintf("%s/%s/%s.git", strings.TrimSuffix(w.Forge, "/"), plain(s.Pull.Owner), plain(s.Pull.Repo))
	return "Again, anywhere:\n" + fence(fmt.Sprintf("nix run 'git+%s#test-%s' -- --source %s --ref %s --pr %d", from, s.Pull.Recipe(), recipe, s.SHA, s.Pull.Number))
}

// line is an answer's first line: its parts that are not empty.
func (w Writer) line(parts []string) string {
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return strings.Join(append([]string{"**cc-ci**"}, parts...), " | ")
}

func (w Writer) log(build int64, text string) string { return link(text, w.BuildLink(build)) }

func link(text, address string) string {
	if address = safeURL(address); address == "" {
		return ""
	}
	return "[" + text + "](" + address + ")"
}

// safeURL gives an address that can't end its own Markdown, empty for anything but http(s).
func safeURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20", "\\", "%5C").Replace(u.String())
}

func name(s Wait) string {
	return code(s.Pull.Recipe()) + " `" + s.SHA[:min(7, len(s.SHA))] + "`"
}

func before(n int) string {
	switch n {
	case 0:
		return "next in the queue"
	case 1:
		return "1 run before it"
	}
	return fmt.Sprintf("%d runs before it", n)
}

// code keeps what may stand in a name of the forge; nothing of it means anything to Markdown
// but the underscore, which is escaped.
func code(s string) string { return strings.ReplaceAll(plain(s), "_", "\\_") }

// plain is code for a place between backticks.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}

// maxFence bounds what is quoted: the forge's limit for a comment is far above.
const maxFence = 12000

// fence quotes text as a code block that text can't end.
func fence(text string) string {
	text = report.Inert(text)
	if len(text) > maxFence {
		text = strings.ToValidUTF8(text[:maxFence], "") + "\n[cut; the page has all of it]"
	}
	longest, n := 0, 0
	for _, r := range text {
		if r != '`' {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	ticks := strings.Repeat("`", max(3, longest+1))
	return ticks + "text\n" + strings.Trim(text, "\n") + "\n" + ticks
}
