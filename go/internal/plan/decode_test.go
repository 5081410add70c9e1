package plan_test

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
)

// minimal gives the smallest good plan with one part of it, named by its path, replaced.
func minimal(t *testing.T, path string, value any) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/minimal.json")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	if path != "" {
		keys := strings.Split(path, ".")
		at := root
		for _, key := range keys[:len(keys)-1] {
			at = at[key].(map[string]any)
		}
		at[keys[len(keys)-1]] = value
		if value == nil {
			delete(at, keys[len(keys)-1])
		}
	}
	b, err = json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// raw is JSON written in a test.
func raw(text string) json.RawMessage { return json.RawMessage(text) }

// state gives the three lists as JSON, none of them generic.
func state(write, verify, change string) json.RawMessage {
	return raw(`{"generic":false,"write":[` + write + `],"verify":[` + verify + `],"change":[` + change + `]}`)
}

const (
	post  = `{"http":{"method":"POST","path":"/new","save":{"note":"header:Location"}}}`
	get   = `{"http":{"method":"GET","path":"${note}","expect":{"body":"kept"}}}`
	put   = `{"http":{"method":"PUT","path":"${note}"}}`
	title = `{"expectTitle":"Home"}`
)

func TestDecodeAccepts(t *testing.T) {
	for name, b := range map[string][]byte{
		"minimal":         minimal(t, "", nil),
		"three lists":     minimal(t, "state", state(post, get, put)),
		"flow":            minimal(t, "flows", raw(`[{"name":"home","steps":[{"goto":"/"},`+title+`]}]`)),
		"css as text":     minimal(t, "flows", raw(`[{"name":"home","steps":[{"click":".a","optional":true},`+title+`]}]`)),
		"literal dollar":  minimal(t, "env", raw(`{"A":"$${b} $c"}`)),
		"version as from": minimal(t, "upgrade.from", raw(`["1.2.0+3.4.5"]`)),
		"verify by saving": minimal(t, "state", state(post,
			`{"exec":{"service":"app","command":["cat","/x"],"save":{"x":"stdout"}}},`+get, put)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := plan.Decode(b); err != nil {
				t.Errorf("got %v, want none", err)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name, path string
		value      any
		want       string
	}{
		{"bad expression", "smoke", map[string]any{"allow": []string{"("}}, "smoke.allow[0]: "},
		{"newer schema", "schema", 2, "schema: expected 1, found 2: the plan and this cc-ci are of different versions"},
		{"unknown field", "redy", 1, "redy: unknown field `redy`; known here: backup, category,"},
		{"missing field", "limits.run", nil, "limits.run: missing; expected a value"},
		{"wrong type", "recipe", 7, "recipe: expected a string, found 7"},
		{"null", "env", raw("null"), "env: expected an object, found null"},
		{"bare number as duration", "limits.run", 90, `limits.run: expected a duration such as "90s", found 90`},
		{"fraction as status", "ready.status", raw("[200.5]"), "ready.status[0]: expected a whole number, found 200.5"},
		{"recipe with a slash", "recipe", "../x", `recipe: expected lower-case letters, digits and dashes, found "../x"`},
		{"router's answer", "ready.status", raw("[404]"), "ready.status[0]: expected a status that only the app gives, found 404"},
		{"another host without https", "ready.also", raw(`["http://x.example.org/"]`), `ready.also[0]: expected a URL that begins with https://, found "http://x.example.org/"`},
		{"compose outside", "compose", raw(`["../x.yml"]`), `compose[0]: expected a file inside the recipe, found "../x.yml"`},
		{"unknown start", "upgrade.from", raw(`["newest"]`), "upgrade.from[0]: expected one of previous,"},
		{"no start", "upgrade.from", raw(`[]`), "upgrade.from: expected at least one starting version"},
		{"exception without reason", "exceptions", raw(`[{"rule":"a","place":"b","reason":""}]`), "exceptions[0]: expected rule, place and reason"},
		{"flow without expectation", "flows", raw(`[{"name":"a","steps":[{"goto":"/"}]}]`), "flows[0].steps: expected at least one expectation"},
		{"only an optional expectation", "flows", raw(`[{"name":"a","steps":[{"expectTitle":"x","optional":true}]}]`), "flows[0].steps: expected at least one expectation"},
		{"two ways to find", "flows", raw(`[{"name":"a","steps":[{"click":{"text":"a","css":"b"}},` + title + `]}]`), "flows[0].steps[0].click: expected one of role,"},
		{"unknown template in env", "env", raw(`{"A":"${note}"}`), "env.A: `${note}` is never saved before this step; known here: base, domain, recipe, run, stack"},
		{"open template", "env", raw(`{"A":"${note"}`), "env.A: expected `${name}` or `${secret:name}`, found \"${note\""},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, minimal(t, c.path, c.value), c.want) })
	}
}

func TestDecodeRefusesStates(t *testing.T) {
	for _, c := range []struct{ name, write, verify, change, want string }{
		{"nothing verified", post, "", put, "state.verify: expected at least one step, found none"},
		{"nothing written", "", get, put, "state.write: expected at least one step, found none"},
		{"nothing changed", post, get, "", "state.change: expected at least one step, found none"},
		{"verify that expects nothing", post, put, put, "state.verify[0].http.expect: expected an expectation or a save, found neither"},
		{"empty expectation", post, `{"http":{"method":"GET","path":"/","expect":{}}}`, put, "state.verify[0].http.expect: expected an expectation or a save"},
		{"only saves", post, `{"save":{"as":"x","value":"y"}}`, put, "state.verify: expected at least one expectation"},
		{"two keys", `{"http":{"method":"GET","path":"/"},"save":{"as":"x","value":"y"}}`, get, put, "state.write[0]: expected one key beside timeout, within, found 2: http, save"},
		{"no key", `{"timeout":"3s"}`, get, put, "state.write[0]: expected one key beside timeout, within, found 0"},
		{"unknown step", `{"htpp":{}}`, get, put, "state.write[0].htpp: unknown field `htpp`"},
		{"saved too late", put, get, post, "state.write[0].http.path: `${note}` is never saved before this step"},
		{"saved by change only", `{"http":{"method":"GET","path":"/"}}`, get, post, "state.verify[0].http.path: `${note}` is never saved"},
		{"secret in argv", `{"exec":{"service":"app","command":["x","${secret:db}"]}}`, get, put, "state.write[0].exec.command[1]: expected no secret in a command line"},
		{"builtin overwritten", `{"save":{"as":"domain","value":"x"}}`, get, put, "state.write[0].save.as: expected a name of its own"},
		{"unknown source of a save", `{"http":{"method":"GET","path":"/","save":{"note":"head:X"}}}`, get, put, `state.write[0].http.save.note: expected one of header, body,`},
		{"bad expression", `{"http":{"method":"GET","path":"/","save":{"note":"regex:("}}}`, get, put, "state.write[0].http.save.note: expected a regular expression"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, minimal(t, "state", state(c.write, c.verify, c.change)), c.want)
		})
	}
}

// needing gives the smallest good plan with one dependency, whose plan is the smallest too.
func needing(t *testing.T, need map[string]any, rest map[string]any) []byte {
	t.Helper()
	full := map[string]any{"name": "idp", "plan": json.RawMessage(minimal(t, "", nil)), "env": map[string]any{}, "setup": []any{}}
	maps.Copy(full, need)
	var root map[string]any
	if err := json.Unmarshal(minimal(t, "needs", []any{full}), &root); err != nil {
		t.Fatal(err)
	}
	maps.Copy(root, rest)
	b, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeNeeds(t *testing.T) {
	client := raw(`[{"http":{"method":"POST","path":"/clients","body":"${domain} ${idp.base} ${secret:admin}","save":{"id":"json:id","key":"json:secret"}}}]`)
	sealed := raw(`{"key":{"kind":"hex","length":8,"value":"${idp.key}"}}`)
	for _, c := range []struct {
		name       string
		need, rest map[string]any
		want       string // empty: it is accepted
	}{
		{"all of it", map[string]any{"env": raw(`{"A":"${base} ${idp.domain}"}`), "setup": client},
			map[string]any{"env": raw(`{"ID":"${idp.id}","AT":"${idp.base}"}`), "secrets": sealed}, ""},
		{"in a flow", map[string]any{"setup": client}, map[string]any{"flows": raw(`[{"name":"in","steps":[{"goto":"${idp.base}/${idp.id}"},` + title + `]}]`)}, ""},
		{"never saved", nil, map[string]any{"env": raw(`{"ID":"${idp.id}"}`)}, "env.ID: `${idp.id}` is never saved before this step; known here: base, domain, idp.base,"},
		{"unknown dependency", nil, map[string]any{"secrets": raw(`{"key":{"kind":"hex","length":8,"value":"${store.key}"}}`)}, "secrets.key.value: `${store.key}` is never saved"},
		{"own value", nil, map[string]any{"secrets": raw(`{"key":{"kind":"hex","length":8,"value":"abc"}}`)}, `secrets.key.value: expected a value that a dependency's setup saved, such as ${idp.client_secret}, found "abc"`},
		{"secret in env", map[string]any{"setup": client}, map[string]any{"secrets": sealed, "env": raw(`{"A":"x${idp.key}"}`)}, "env.A: expected no secret here, found `${idp.key}`"},
		{"secret in argv of the app's setup", map[string]any{"setup": client}, map[string]any{"secrets": sealed, "setup": raw(`[{"exec":{"service":"app","command":["x","${idp.key}"]}}]`)},
			"setup[0].exec.command[1]: expected no secret here, found `${idp.key}`"},
		{"secret in argv of the setup", map[string]any{"setup": raw(`[{"exec":{"service":"app","command":["x","${secret:db}"]}}]`)}, nil, "needs[0].setup[0].exec.command[1]: expected no secret in a command line"},
		{"saved secret in argv of the setup", map[string]any{"setup": raw(`[{"http":{"method":"POST","path":"/clients","save":{"part":"body"}}},{"save":{"as":"key","value":"${part}-${run}"}},{"exec":{"service":"app","command":["x","${run}","${part}"]}}]`)},
			map[string]any{"secrets": sealed}, "needs[0].setup[2].exec.command[2]: expected no secret here, found `${part}`"},
		{"takes a fact", map[string]any{"setup": raw(`[{"http":{"method":"GET","path":"/","save":{"stack":"body"}}}]`)}, nil, "needs[0].setup[0].http.save.stack: expected a name of its own"},
		{"name with a dot", map[string]any{"name": "a.b"}, nil, `needs[0].name: expected a name of letters, digits, dashes and underscores, found "a.b"`},
		{"bad plan", map[string]any{"plan": json.RawMessage(minimal(t, "recipe", "../x"))}, nil, `needs[0].plan.recipe: expected lower-case letters`},
		{"misshapen plan", map[string]any{"plan": json.RawMessage(minimal(t, "redy", 1))}, nil, "needs[0].plan.redy: unknown field `redy`"},
		{"no plan", map[string]any{"plan": nil}, nil, "needs[0].plan: expected an object, found null"},
		{"needs another", map[string]any{"plan": json.RawMessage(needing(t, nil, nil))}, nil, "needs[0].plan.needs: expected none, found 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := needing(t, c.need, c.rest)
			if c.want != "" {
				refused(t, b, c.want)
			} else if _, err := plan.Decode(b); err != nil {
				t.Errorf("got %v, want none", err)
			}
		})
	}
}

func refused(t *testing.T, b []byte, want string) {
	t.Helper()
	_, err := plan.Decode(b)
	if err == nil {
		t.Fatalf("accepted, want %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestDecodeRefusesText(t *testing.T) {
	for text, want := range map[string]string{
		"":      "expected JSON, found EOF",
		"{":     "expected JSON, found unexpected EOF",
		"[]":    "expected an object, found a list",
		"{} {}": "expected one JSON value, found more after it",
		"nope":  "expected JSON, found invalid character",
	} {
		t.Run(text, func(t *testing.T) { refused(t, []byte(text), want) })
	}
}

// FuzzDecode wants no panic, and of every plan that is accepted that it survives a round trip.
func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/minimal.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(strings.Replace(string(b), `"generic": true, "write": [], "verify": [], "change": []`,
		`"generic": false, "write": [`+post+`], "verify": [`+get+`], "change": [`+put+`]`, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := plan.Decode(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plan.Decode(again); err != nil {
			t.Errorf("refused after a round trip: %v", err)
		}
	})
}

func TestDecodeSteps(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"right":          {`[{"http":{"method":"GET","path":"/","save":{"a":"body"}}},{"http":{"method":"GET","path":"/${a}","expect":{"status":200}}}]`, ""},
		"no list":        {`{}`, "expected a list, found an object"},
		"no step":        {`[{"htp":{}}]`, "[0].htp: unknown field"},
		"no expectation": {`[{"http":{"method":"GET","path":"/"}}]`, "proves nothing"},
		"never saved":    {`[{"http":{"method":"GET","path":"/${a}","expect":{"status":200}}}]`, "never saved"},
		"secret":         {`[{"http":{"method":"GET","path":"/","headers":{"X":"a${secret:key}"},"expect":{"status":200}}}]`, "[0].http.headers.X: expected no secret of the app"},
		"secret in save": {`[{"save":{"as":"a","value":"${secret:key}"}}]`, "[0].save.value: expected no secret"},
	} {
		t.Run(name, func(t *testing.T) {
			steps, err := plan.DecodeSteps([]byte(tt.text))
			if tt.want == "" && (err != nil || len(steps) != 2) {
				t.Errorf("expected 2 steps, got %v, %v", steps, err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("expected an error with %q, got %v", tt.want, err)
			}
		})
	}
}
