//go:build live

package browser

import (
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
)

// exported is the SHA-256 of the file that the test's app exports.
const exported = "427da8ba22c9532ad8030312c9c265f2e239456d024bc2c38b99cd9d5fabadab"

func label(s string) plan.At { return plan.At{Label: s} }

func css(s string) *plan.At { return &plan.At{CSS: s} }

func button(s string) *plan.At { return &plan.At{Role: "button", Name: s} }

// soon is the time limit of steps that are to fail.
const soon = plan.Duration(2 * time.Second)

// Each verb, and each way in which it sees that a page is wrong. The page is loaded first.
var verbs = []struct {
	name  string
	steps []plan.BrowserStep
	fails string // in the last step's Expected and Seen; empty: it holds
}{
	{"goto", []plan.BrowserStep{{Goto: "${base}/away"}, {ExpectURL: "/away"}}, ""},
	{"goto of a missing page", []plan.BrowserStep{{Goto: "/missing"}}, "expected a page, got status 404"},
	{"goto of a page that never comes", []plan.BrowserStep{{Goto: "/slow", Timeout: soon}}, "expected a page within 2s"},
	{"goto of another host", []plan.BrowserStep{{Goto: "https://" + other + "/"}}, "ERR_NAME_NOT_RESOLVED"},
	{"fill, select, upload and click", []plan.BrowserStep{
		{Fill: &plan.AtValue{At: label("Title"), Value: "kept"}}, {Fill: &plan.AtValue{At: label("Password"), Value: "${secret:login}"}},
		{Select: &plan.AtValue{At: label("Colour"), Value: "blue"}},
		{Upload: &plan.BrowserUpload{At: plan.At{TestID: "file"}, Name: "a.txt", Content: "hello"}},
		{Click: button("Save")}, {ExpectText: &plan.ExpectText{At: css("#saved"), Text: "kept, blue, hello in a.txt"}},
	}, ""},
	{"fill of nothing", []plan.BrowserStep{{Fill: &plan.AtValue{At: label("Nobody"), Value: "x"}, Timeout: soon}}, "no such element"},
	{"fill by placeholder", []plan.BrowserStep{{Fill: &plan.AtValue{At: plan.At{Placeholder: "a title"}, Value: "x"}},
		{Save: &plan.BrowserSave{At: css("input[name=title]"), Attr: "value", As: "v"}}}, ""},
	{"type", []plan.BrowserStep{{Type: &plan.AtValue{At: plan.At{Role: "textbox", Name: "Text"}, Value: "abc"}}, {ExpectText: &plan.ExpectText{Text: "typed abc"}}}, ""},
	{"press at the page", []plan.BrowserStep{{Press: &plan.Press{Key: "Escape"}}, {ExpectText: &plan.ExpectText{Text: "escaped"}}}, ""},
	{"press at an element", []plan.BrowserStep{{Press: &plan.Press{At: button("Later"), Key: "Enter"}}, {ExpectText: &plan.ExpectText{Text: "It came later"}}}, ""},
	{"press of a key that there is not", []plan.BrowserStep{{Press: &plan.Press{Key: "NoKey"}}}, "NoKey"},
	{"click of a disabled button", []plan.BrowserStep{{Click: css("#off"), Timeout: soon}}, "element is not enabled"},
	{"click of two", []plan.BrowserStep{{Click: css(".many")}}, `expected one element, got 2 elements: <p class="many">one</p>, <p class="many">two</p>`},
	{"select of a missing option", []plan.BrowserStep{{Select: &plan.AtValue{At: label("Colour"), Value: "green"}, Timeout: soon}}, "did not find some options"},
	{"download", []plan.BrowserStep{{Download: &plan.Download{Click: plan.At{Text: "Export"}, Contains: "export", SHA256: exported}}}, ""},
	{"download with another hash", []plan.BrowserStep{{Download: &plan.Download{Click: plan.At{Text: "Export"}, SHA256: strings.Repeat("0", 64)}}}, "got " + exported + ", 8 bytes"},
	{"download of other content", []plan.BrowserStep{{Download: &plan.Download{Click: plan.At{Text: "Export"}, Contains: "imported"}}}, `expected a file with "imported", got 8 bytes: "exported"`},
	{"download that does not come", []plan.BrowserStep{{Download: &plan.Download{Click: *css("#later"), Contains: "x"}, Timeout: soon}}, "expected a download within 2s, got none"},
	{"download at nothing", []plan.BrowserStep{{Download: &plan.Download{Click: *css("#none"), Contains: "x"}, Timeout: soon}}, "no such element"},
	{"text that comes later", []plan.BrowserStep{{Click: css("#later")}, {ExpectText: &plan.ExpectText{At: css("#news"), Text: "It came later"}}}, ""},
	{"text that does not come", []plan.BrowserStep{{ExpectText: &plan.ExpectText{At: css("h1"), Text: "Recipes"}, Timeout: soon}}, `expected text "Recipes" at h1, got "Notes"`},
	{"text that is hidden", []plan.BrowserStep{{ExpectText: &plan.ExpectText{Text: "unseen"}, Timeout: soon}}, `expected text "unseen"`},
	{"text in a script", []plan.BrowserStep{{ExpectText: &plan.ExpectText{Text: "oninput"}, Timeout: soon}}, `expected text "oninput"`},
	{"absent text", []plan.BrowserStep{{ExpectText: &plan.ExpectText{Text: "Recipes", Absent: true}}, {ExpectText: &plan.ExpectText{At: css("#none"), Text: "x", Absent: true}}}, ""},
	{"absent text that is there", []plan.BrowserStep{{ExpectText: &plan.ExpectText{Text: "Notes", Absent: true}, Timeout: soon}}, `expected no text "Notes"`},
	{"address, query aside", []plan.BrowserStep{{Click: css("#away")}, {ExpectURL: "/aw*"}, {ExpectURL: "https://**/away"}, {ExpectTitle: "Away"}}, ""},
	{"address of another page", []plan.BrowserStep{{ExpectURL: "/n/*", Timeout: soon}}, "expected the address /n/*, got https://app.ci.test/"},
	{"title of another page", []plan.BrowserStep{{ExpectTitle: "Recipes", Timeout: soon}}, `expected a title with "Recipes", got "Notes"`},
	{"no console errors", []plan.BrowserStep{{NoErrors: &plan.NoConsoleErrors{}}}, ""},
	{"console errors", []plan.BrowserStep{{Goto: "/noisy"}, {NoErrors: &plan.NoConsoleErrors{}}}, "console error: bad thing"},
	{"uncaught errors", []plan.BrowserStep{{Goto: "/noisy"}, {NoErrors: &plan.NoConsoleErrors{Allow: []string{"bad thing"}}}}, "uncaught: worse thing"},
	{"allowed console errors", []plan.BrowserStep{{Goto: "/noisy"}, {NoErrors: &plan.NoConsoleErrors{Allow: []string{"bad", "worse"}}}}, ""},
	{"thrown things that are no errors", []plan.BrowserStep{{Goto: "/popup"}, {NoErrors: &plan.NoConsoleErrors{}}}, "uncaught"},
	{"save", []plan.BrowserStep{{Save: &plan.BrowserSave{At: css("h1"), As: "head"}}, {Save: &plan.BrowserSave{At: css("#away"), Attr: "href", As: "link"}},
		{Save: &plan.BrowserSave{As: "here"}}, {Goto: "${base}${link}"}, {Goto: "${here}"}, {ExpectTitle: "${head}"}}, ""},
	{"save of nothing", []plan.BrowserStep{{Save: &plan.BrowserSave{At: css("#news"), As: "x"}}}, "expected a value to save at #news, got none"},
	{"wait", []plan.BrowserStep{{Wait: &plan.Wait{For: *button("Save"), State: "visible"}}, {Wait: &plan.Wait{For: *css("#none"), State: "detached"}}}, ""},
	{"wait in vain", []plan.BrowserStep{{Wait: &plan.Wait{For: *css("#none"), State: "attached"}, Timeout: soon}}, "expected #none to be attached within 2s, got no such element"},
	{"wait for a hidden one", []plan.BrowserStep{{Wait: &plan.Wait{For: *css("p[hidden]"), State: "visible"}, Timeout: soon}}, "got 1 hidden"},
	{"eval", []plan.BrowserStep{{Eval: &plan.Eval{JS: "[1, document.title]", Equals: `[1,"Notes"]`}}, {Eval: &plan.Eval{JS: "document.title", Equals: "Notes"}}}, ""},
	{"eval of another value", []plan.BrowserStep{{Eval: &plan.Eval{JS: "1 + 1", Equals: "3"}, Timeout: soon}}, `expected "3", got "2"`},
	{"eval that throws", []plan.BrowserStep{{Eval: &plan.Eval{JS: "nothing.here", Equals: "3"}}}, "nothing is not defined"},
	{"frame", []plan.BrowserStep{{Frame: "#inner", Click: button("Inner")}, {Frame: "#inner", ExpectText: &plan.ExpectText{Text: "pressed"}},
		{Frame: "#inner", Eval: &plan.Eval{JS: "location.pathname", Equals: "/inner"}}}, ""},
	{"outside of the frame", []plan.BrowserStep{{ExpectText: &plan.ExpectText{Text: "inside"}, Timeout: soon}}, `expected text "inside"`},
	{"optional", []plan.BrowserStep{{Click: css("#none"), Timeout: soon, Optional: true}, {ExpectTitle: "Notes"}}, ""},
	{"screenshot", []plan.BrowserStep{{Screenshot: "home"}}, ""},
}
