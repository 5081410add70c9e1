package trigger

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAsks(t *testing.T) {
	plain := Comment{ID: 1, Author: "ada", Body: Word, Created: at, Updated: at}
	with := func(change func(*Comment)) Comment { c := plain; change(&c); return c }
	body := func(s string) Comment { return with(func(c *Comment) { c.Body = s }) }
	for _, tt := range []struct {
		name string
		c    Comment
		want bool
	}{
		{"the word", plain, true},
		{"white space around it", body("\n\t !testme \r\n\n"), true},
		{"a longer word", body("!testmexyz"), false},
		{"more words behind", body("!testme please"), false},
		{"more words before", body("please !testme"), false},
		{"capitals", body("!TestMe"), false},
		{"twice", body("!testme\n!testme"), false},
		{"quoted", body("> !testme"), false},
		{"in a code span", body("`!testme`"), false},
		{"in a code block", body("```\n!testme\n```"), false},
		{"in bold", body("**!testme**"), false},
		{"with an HTML comment", body("!testme <!-- -->"), false},
		{"a look-alike letter", body("!tеstme"), false},
		{"a character without width", body("!testme\u200b"), false},
		{"empty", body(""), false},
		{"edited into", with(func(c *Comment) { c.Updated = at.Add(time.Second) }), false},
		{"the bot itself", with(func(c *Comment) { c.Author = "Autonomic-Bot" }), false},
		{"nobody", with(func(c *Comment) { c.Author = "" }), false},
		{"before the first start", with(func(c *Comment) { c.Created, c.Updated = at.Add(-time.Second), at.Add(-time.Second) }), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Asks(tt.c, "autonomic-bot", at); got != tt.want {
				t.Errorf("%q by %s: expected %v, found %v", tt.c.Body, tt.c.Author, tt.want, got)
			}
		})
	}
}

// facts is a table row's answers; asked records which were needed.
type facts struct {
	enrolled, member, pushed         bool
	newest                           string
	head                             Head
	noEnrolled, noMember, noHead, np error
	asked                            string
}

func (f *facts) Enrolled() (bool, error) { f.asked += "e"; return f.enrolled, f.noEnrolled }
func (f *facts) Member() (bool, error)   { f.asked += "m"; return f.member, f.noMember }
func (f *facts) Head() (Head, error)     { f.asked += "h"; return f.head, f.noHead }
func (f *facts) Pushed() (bool, string, error) {
	f.asked += "p"
	return f.pushed, f.newest, f.np
}

func TestJudge(t *testing.T) {
	sha := strings.Repeat("a", 40)
	down := errors.New("status 502")
	good := facts{enrolled: true, member: true, newest: sha, head: Head{Open: true, SHA: sha, Source: "o/r"}}
	with := func(change func(*facts)) facts { f := good; change(&f); return f }
	for _, tt := range []struct {
		name  string
		f     facts
		age   time.Duration
		want  Verdict
		fails bool
		asked string
	}{
		{"all good", good, 0, Run, false, "emhp"},
		{"a fork", with(func(f *facts) { f.head.Source = "mallory/r" }), 0, Run, false, "emhp"},
		{"not enrolled", with(func(f *facts) { f.enrolled = false }), 0, NotEnrolled, false, "em"},
		{"not enrolled, a stranger", with(func(f *facts) { f.enrolled, f.member = false, false }), 0, Ignored, false, "em"},
		{"a stranger", with(func(f *facts) { f.member = false }), 0, NotMember, false, "em"},
		{"a day old", good, LookBack, Run, false, "emhp"},
		{"more than a day old", good, LookBack + time.Second, Missed, false, "em"},
		{"more than a day old, a stranger", with(func(f *facts) { f.member = false }), 48 * time.Hour, NotMember, false, "em"},
		{"closed", with(func(f *facts) { f.head.Open = false }), 0, Closed, false, "emh"},
		{"a tip that the pull request does not show", with(func(f *facts) { f.head.Unseen = true }), 0, Unseen, false, "emhp"},
		{"a tip of which the time line does not tell", with(func(f *facts) { f.newest = strings.Repeat("b", 40) }), 0, Unseen, false, "emhp"},
		{"a time line without pushes", with(func(f *facts) { f.newest = "" }), 0, Unseen, false, "emhp"},
		{"pushed to", with(func(f *facts) { f.pushed = true }), 0, Moved, false, "emhp"},
		{"recipes can't be read", with(func(f *facts) { f.noEnrolled = down }), 0, "", true, "e"},
		{"membership can't be told", with(func(f *facts) { f.noMember = down }), 0, "", true, "em"},
		{"head can't be read", with(func(f *facts) { f.noHead = down }), 0, "", true, "emh"},
		{"time line can't be read", with(func(f *facts) { f.np = down }), 0, "", true, "emhp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, head, err := Judge(at.Add(-tt.age), at, &tt.f)
			if got != tt.want || (err != nil) != tt.fails || tt.f.asked != tt.asked {
				t.Errorf("expected %q, an error %v, asked %s; found %q, %v, asked %s", tt.want, tt.fails, tt.asked, got, err, tt.f.asked)
			}
			if (head.SHA != "") != (tt.want == Run) {
				t.Errorf("head of verdict %s: %q", got, head.SHA)
			}
		})
	}
	t.Run("the head is another than the pinned one", func(t *testing.T) {
		f := good
		if v, _, err := Still(&f, strings.Repeat("b", 40)); v != Moved || err != nil {
			t.Errorf("expected moved, found %q, %v", v, err)
		}
	})
}

func TestMark(t *testing.T) {
	p, key := Pull{"org", "hedgedoc", 7}, Key("a key of the bridge's")
	m := Mark{Comment: 42, Phase: Started, Ref: strings.Repeat("0a", 20), Build: 9}
	line := key.Line(p, m)
	edit := func(old, new string) string { return strings.Replace(line, old, new, 1) }
	for _, tt := range []struct {
		name string
		pull Pull
		key  Key
		body string
		want bool
	}{
		{"as written", p, key, "text\n" + line, true},
		{"white space behind", p, key, "text\r\n" + line + "\r\n\r\n", true},
		{"not the last line", p, key, line + "\nmore", false},
		{"another key", p, Key("x"), line, false},
		{"another pull request", Pull{"org", "hedgedoc", 8}, key, line, false},
		{"another comment", p, key, edit("comment=42", "comment=43"), false},
		{"another phase", p, key, edit("started", "claimed"), false},
		{"another build", p, key, edit("build=9", "build=1"), false},
		{"cut", p, key, line[:len(line)-8], false},
		{"nothing", p, key, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.key.Read(tt.pull, tt.body)
			if ok != tt.want || ok && got != m {
				t.Errorf("%q: expected %v, found %v %+v", tt.body, tt.want, ok, got)
			}
		})
	}
	t.Run("no commit pinned", func(t *testing.T) {
		m := Mark{Comment: 42, Phase: Settled}
		if got, ok := key.Read(p, key.Line(p, m)); !ok || got != m {
			t.Errorf("expected %+v, found %v %+v", m, ok, got)
		}
	})
}

func TestParams(t *testing.T) {
	good := Params{Recipe: "hedgedoc", Ref: strings.Repeat("0a", 20), PR: 7, Source: "mallory/hedgedoc", Comment: "42"}
	with := func(change func(*Params)) Params { p := good; change(&p); return p }
	for _, tt := range []struct {
		name string
		p    Params
		want string // part of the error; empty for none
	}{
		{"good", good, ""},
		{"a sweep", with(func(p *Params) { p.PR, p.Comment = 0, SweepKey("hedgedoc", 2863) }), ""},
		{"recipe with a command", with(func(p *Params) { p.Recipe = "a; id" }), "CCCI_RECIPE"},
		{"recipe like a flag", with(func(p *Params) { p.Recipe = "-a" }), "CCCI_RECIPE"},
		{"recipe with a folder", with(func(p *Params) { p.Recipe = "../a" }), "CCCI_RECIPE"},
		{"recipe with a line end", with(func(p *Params) { p.Recipe = "a\n" }), "CCCI_RECIPE"},
		{"short commit", with(func(p *Params) { p.Ref = "abcdef0" }), "CCCI_REF"},
		{"commit in capitals", with(func(p *Params) { p.Ref = strings.Repeat("A", 40) }), "CCCI_REF"},
		{"negative pull request", with(func(p *Params) { p.PR = -1 }), "CCCI_PR"},
		{"source without owner", with(func(p *Params) { p.Source = "hedgedoc" }), "CCCI_SRC"},
		{"source with a space", with(func(p *Params) { p.Source = "a b/c" }), "CCCI_SRC"},
		{"comment 0", with(func(p *Params) { p.Comment = "0" }), "CCCI_COMMENT"},
		{"no comment", with(func(p *Params) { p.Comment = "" }), "CCCI_COMMENT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := tt.p.Map()
			got, err := ParseParams(func(name string) string { return m[name] })
			switch {
			case tt.want == "" && (err != nil || got != tt.p):
				t.Errorf("expected %+v, found %+v, %v", tt.p, got, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("expected an error about %s, found %v", tt.want, err)
			}
		})
	}
}

func TestQueue(t *testing.T) {
	usual := func(string) time.Duration { return 10 * time.Minute }
	build := func(n int64, status, recipe string, ran time.Duration) Build {
		return Build{Number: n, Status: status, Params: map[string]string{ParamRecipe: recipe}, Started: at.Add(-ran)}
	}
	for _, tt := range []struct {
		name   string
		builds []Build
		own    int64
		slots  int
		want   Place
	}{
		{"nothing else", nil, 0, 1, Place{0, 10 * time.Minute}},
		{"one runs", []Build{build(1, "running", "a", 4*time.Minute)}, 0, 1, Place{0, 16 * time.Minute}},
		{"one runs, two slots", []Build{build(1, "running", "a", 4*time.Minute)}, 0, 2, Place{0, 10 * time.Minute}},
		{"one runs beyond its time", []Build{build(1, "running", "a", time.Hour)}, 0, 1, Place{0, 10 * time.Minute}},
		{"one runs, two wait", []Build{build(3, "pending", "a", 0), build(2, "pending", "b", 0), build(1, "running", "a", 4*time.Minute)}, 0, 1, Place{2, 36 * time.Minute}},
		{"its own place", []Build{build(3, "pending", "a", 0), build(2, "pending", "b", 0), build(1, "success", "a", 0)}, 2, 1, Place{0, 10 * time.Minute}},
		{"a push's build does not count", []Build{build(1, "running", "", 0), build(2, "pending", "", 0)}, 0, 1, Place{0, 10 * time.Minute}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Queue(at, tt.builds, tt.own, usual("x"), tt.slots, usual); got != tt.want {
				t.Errorf("expected %+v, found %+v", tt.want, got)
			}
		})
	}
	t.Run("nothing known", func(t *testing.T) {
		none := func(string) time.Duration { return 0 }
		if got := Queue(at, []Build{build(1, "pending", "a", 0)}, 0, 0, 1, none); got != (Place{Before: 1}) {
			t.Errorf("found %+v", got)
		}
	})
}

func TestRound(t *testing.T) {
	const week = 7 * 24 * time.Hour
	begins := map[time.Duration]int{} // hour of the week -> recipes
	for i := range 100 {
		name := "recipe-" + strings.Repeat("x", i)
		first := Round(name, at, week)
		if got := Round(name, at.Add(week), week); got != first+1 {
			t.Errorf("%s: a week later: expected round %d, found %d", name, first+1, got)
		}
		for h := range 7 * 24 {
			if Round(name, at.Add(time.Duration(h+1)*time.Hour), week) != first {
				begins[time.Duration(h)]++
				break
			}
		}
	}
	if len(begins) < 60 {
		t.Errorf("100 recipes begin in only %d different hours of the week", len(begins))
	}
}

func FuzzRead(f *testing.F) {
	p, key := Pull{"org", "hedgedoc", 7}, Key("a key of the bridge's")
	f.Add(key.Line(p, Mark{Comment: 42, Phase: Claimed, Ref: strings.Repeat("0a", 20)}))
	f.Add("!testme")
	f.Fuzz(func(t *testing.T, body string) {
		if Asks(Comment{Author: "ada", Body: body, Created: at, Updated: at}, "bot", at) && strings.Trim(body, " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000") != Word {
			t.Errorf("%q asks for a run", body)
		}
		if m, ok := key.Read(p, body); ok && !strings.Contains(body, key.Line(p, m)) {
			t.Errorf("%q was read as %+v", body, m)
		}
	})
}
