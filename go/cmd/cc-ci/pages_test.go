package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repository = "../../.."

// page is one Markdown file of the project, by lines.
type page struct {
	path  string // from the repository's root
	lines []line
}

// line is one line of a page, with what it stands in.
type line struct {
	number int
	text   string
	block  string // the info string of the fenced block that it stands in: "sh", "console"
	fenced bool
}

// pages reads every Markdown file that is the project's own: recipe trees and test data are not.
func pages(t *testing.T) []page {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	var found []page
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "vendor" || strings.HasSuffix(path, "checks/recipes")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".md") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		found = append(found, page{rel, parsePage(string(text))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 20 {
		t.Fatalf("expected the project's pages below %s, found %d", root, len(found))
	}
	return found
}

func parsePage(text string) []line {
	var lines []line
	info, fenced := "", false
	for i, text := range strings.Split(text, "\n") {
		if fence, ok := strings.CutPrefix(strings.TrimSpace(text), "```"); ok {
			fenced = !fenced
			info = strings.TrimSpace(fence)
			continue
		}
		lines = append(lines, line{i + 1, text, info, fenced})
		if !fenced {
			lines[len(lines)-1].block = ""
		}
	}
	return lines
}

var (
	inlineCode = regexp.MustCompile("`[^`]+`")
	linkTarget = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	ownPath    = regexp.MustCompile("`((?:docs|go|lib|checks|modules|recipes)/[A-Za-z0-9_./+-]+)`")
)

// elsewhere are pages that name files of other projects.
var elsewhere = map[string]bool{"docs/reference/abra-contract.md": true}

// A page's links lead to files and headings that are there, and so do the paths that it names.
func TestPagesLead(t *testing.T) {
	all := pages(t)
	anchors := map[string]map[string]bool{}
	for _, p := range all {
		anchors[p.path] = headings(p)
	}
	for _, p := range all {
		for _, l := range p.lines {
			if l.fenced {
				continue
			}
			for _, m := range ownPath.FindAllStringSubmatch(l.text, -1) {
				if strings.Contains(m[1], "NAME") || elsewhere[p.path] {
					continue
				}
				if _, err := os.Stat(filepath.Join(repository, m[1])); err != nil {
					t.Errorf("%s:%d: `%s`: expected a file or folder of this repository, found none", p.path, l.number, m[1])
				}
			}
			for _, m := range linkTarget.FindAllStringSubmatch(inlineCode.ReplaceAllString(l.text, ""), -1) {
				if why := broken(p.path, m[1], anchors); why != "" {
					t.Errorf("%s:%d: link to %s: %s", p.path, l.number, m[1], why)
				}
			}
		}
	}
}

// Nobody finds a page that no other one leads to.
func TestPagesAreFound(t *testing.T) {
	links := map[string][]string{}
	for _, p := range pages(t) {
		for _, l := range p.lines {
			for _, m := range linkTarget.FindAllStringSubmatch(l.text, -1) {
				file, _, _ := strings.Cut(m[1], "#")
				links[p.path] = append(links[p.path], filepath.Join(filepath.Dir(p.path), file))
			}
		}
	}
	found := map[string]bool{}
	for next := []string{"README.md"}; len(next) > 0; next = next[1:] {
		if !found[next[0]] {
			found[next[0]] = true
			next = append(next, links[next[0]]...)
		}
	}
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/") && !strings.HasPrefix(p.path, "docs/decisions/") && !found[p.path] {
			t.Errorf("%s: expected a link that leads here from README.md, found none", p.path)
		}
	}
}

// broken says what is wrong with a link of a page; links to other sites are not followed.
func broken(from, target string, anchors map[string]map[string]bool) string {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return ""
	}
	file, anchor, _ := strings.Cut(target, "#")
	to := from
	if file != "" {
		to = filepath.Join(filepath.Dir(from), file)
	}
	if _, err := os.Stat(filepath.Join(repository, to)); err != nil {
		return "expected a file at " + to + ", found none"
	}
	if known, ok := anchors[to]; ok && anchor != "" && !known[anchor] {
		return "expected a heading #" + anchor + " in " + to + ", found none"
	}
	return ""
}

var notInAnchors = regexp.MustCompile(`[^a-z0-9 _-]`)

// headings gives the anchors that a forge makes of a page's headings.
func headings(p page) map[string]bool {
	found := map[string]bool{}
	for _, l := range p.lines {
		title := strings.TrimLeft(l.text, "#")
		if l.fenced || len(title) == len(l.text) || !strings.HasPrefix(title, " ") {
			continue
		}
		found[strings.ReplaceAll(notInAnchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), ""), " ", "-")] = true
	}
	return found
}
