package dashboard

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"coopcloud.tech/cc-ci/internal/badge"
	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/generation"
	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

const bad = "\x1b]0;owned\a<script>alert(1)</script>\x00\u202e\"'><img src=https://evil.example/x onerror=alert(2)>{{.}}\n"

// evil puts runs into the store that a hostile recipe, a broken disk or a newer runner made,
// and gives their names with what their pages must say.
func evil(t *testing.T, store string) map[string]string {
	t.Helper()
	dir := filepath.Join(store, "hedgedoc")
	put := func(run, text string) {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, run, "log"), 0o755), os.WriteFile(filepath.Join(dir, run, "result.json"), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	r := result.Result{Schema: 1, ID: "hostile", Recipe: "hedgedoc", Outcome: result.Fail, Reason: bad, Again: bad, Domain: bad, Started: newest, Ended: newest.Add(time.Minute)}
	r.Identity = result.Identity{Commit: bad, Version: bad, Images: map[string]string{bad: bad}, Overrides: []string{bad}}
	r.Stages = []result.Stage{{
		Name: "install", Outcome: result.Fail, Reason: bad, Started: newest, Took: time.Minute,
		Steps:    []result.Step{{Place: bad, What: bad, Outcome: result.Fail, Expected: bad, Seen: bad}},
		Evidence: []result.Evidence{{Kind: "screenshot", File: "evidence/<script>.png"}, {Kind: bad, File: "javascript:alert(1)"}},
		Services: []result.Service{{Name: bad, Tasks: []string{bad}, Log: []string{bad}}},
	}, {Name: bad, Outcome: result.Pass, Took: time.Second, Started: newest}}
	r.Findings = []result.Finding{{ID: bad, Severity: bad, Place: bad, Text: bad}}
	r.Notices, r.Residue = []string{bad}, []string{bad}
	var whole bytes.Buffer
	if err := report.JSON(&whole, r); err != nil {
		t.Fatal(err)
	}
	put("hostile", whole.String())
	log, err := os.Create(filepath.Join(dir, "hostile", "log", "install"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(log.Truncate(100<<20), log.Close()); err != nil {
		t.Fatal(err)
	}
	put("truncated", whole.String()[:200])
	put("newer", `{"schema":99,"outcome":{"shape":"new"}}`)
	put("climbing", `{"schema":1,"id":"climbing","recipe":"hedgedoc","outcome":"pass","stages":[{"outcome":"pass","evidence":[{"file":"../../../etc/passwd"}]}]}`)
	put("stranger", `{"schema":1,"id":"stranger","recipe":"../keycloak","outcome":"pass"}`)
	if err := os.Symlink("/etc", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"hostile": "failed at install", "truncated": "truncated after 200 bytes", "newer": "result schema 99",
		"climbing": "expected a path inside the result", "stranger": "found &#34;../keycloak&#34;",
	}
}

func TestHostileResults(t *testing.T) {
	b, store := builder(t, 1, 3)
	want := evil(t, store)
	build(t, b, "hedgedoc", "../climbs", bad, "")
	pages := map[string]string{}
	for _, name := range []string{"index.html", "recipe/hedgedoc/index.html"} {
		page, err := os.ReadFile(filepath.Join(b.Site.Dir(), generation.Current, name))
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(page)
	}
	for run, says := range want {
		var page strings.Builder
		if err := b.Run(&page, "hedgedoc", run); err != nil {
			t.Fatal(err)
		}
		pages[run] = page.String()
		if !strings.Contains(page.String(), says) {
			t.Errorf("page of %s: expected %q", run, says)
		}
		if list := pages["recipe/hedgedoc/index.html"]; !strings.Contains(list, `href="./`+run+`/"`) {
			t.Errorf("page of the recipe: expected a link to %s", run)
		}
	}
	for name, page := range pages {
		t.Run(name, func(t *testing.T) { inertPage(t, page) })
	}
	for _, run := range []string{"link", "none", "..", "../../etc"} {
		if err := b.Run(io.Discard, "hedgedoc", run); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("run %s: expected none, found %v", run, err)
		}
	}
}

// inertPage wants no script, handler or inline style, no address outside of the site, and no control characters.
func inertPage(t *testing.T, page string) {
	t.Helper()
	if len(page) > 400_000 {
		t.Errorf("page: expected at most 400000 bytes, found %d", len(page))
	}
	if i := strings.IndexFunc(page, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x202e }); i >= 0 {
		t.Errorf("control character in %q", page[max(0, i-40):i+1])
	}
	z := html.NewTokenizer(strings.NewReader(page))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		e := z.Token()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		if e.Data == "script" || e.Data == "style" || e.Data == "iframe" || e.Data == "base" {
			t.Errorf("<%s> has no place in a page", e.Data)
		}
		for _, a := range e.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s> has no place in a page", e.Data, a.Key)
			}
			if a.Key != "href" && a.Key != "src" {
				continue
			}
			if u, err := url.Parse(a.Val); err != nil || u.IsAbs() || u.Host != "" {
				t.Errorf("<%s %s>: expected an address within the site, found %q", e.Data, a.Key, a.Val)
			}
		}
	}
}

func TestBadgesKeepTheLastVerdict(t *testing.T) {
	b, store := builder(t, 1, 1)
	r := stock.Run(newRandom(), "hedgedoc", 7, newest.Add(time.Hour))
	r.Outcome, r.Level, r.PR = result.Error, nil, 0
	for i := range r.Stages {
		r.Stages[i].Outcome = result.Error
	}
	if err := stock.Write(store, r); err != nil {
		t.Fatal(err)
	}
	build(t, b)
	for name, want := range map[string]string{"badge.svg": "level 5", "outcome.svg": "passing", "flaky.svg": ">no<"} {
		svg, err := os.ReadFile(filepath.Join(b.Site.Dir(), generation.Current, Place, "hedgedoc", name))
		if err != nil || !strings.Contains(string(svg), want) {
			t.Errorf("%s after an error of the machine: expected %q, found %s, %v", name, want, svg, err)
		}
	}
}

// A later run of single stages has no level, but what it says is not hidden behind the level of the one before it.
func TestALaterRedIsNoGreenBadge(t *testing.T) {
	green := Record{Entry: ledger.Entry{Run: "a", Outcome: result.Pass, Level: &result.Level{Reached: 5}}}
	red := Record{Entry: ledger.Entry{Run: "b", Outcome: result.Fail}}
	if b := levelBadge([]Record{green, red}); b.Tone != badge.Bad || b.Message != "level 5, failing" {
		t.Errorf("expected a red badge, found %+v", b)
	}
	if b := levelBadge([]Record{red, green}); b.Tone != badge.Good || b.Message != "level 5" {
		t.Errorf("expected a green badge, found %+v", b)
	}
}
