package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/structdoc"
)

// TestReference compares docs/reference/result.* with what package result declares; -update writes them.
func TestReference(t *testing.T) {
	types := declared(t)
	for name, want := range map[string]string{"result.md": manual(types), "result.schema.json": schema(t, types)} {
		golden.Compare(t, filepath.Join("..", "..", "..", "docs", "reference", name), want)
	}
}

// kinds are Go's types as JSON Schema.
var kinds = map[string]string{
	"string":   `{"type":"string"}`,
	"int":      `{"type":"integer"}`,
	"int64":    `{"type":"integer"}`,
	"bool":     `{"type":"boolean"}`,
	"Time":     `{"type":"string","format":"date-time"}`,
	"Duration": `{"type":"integer"}`,
	"Outcome":  `{"enum":["pass","fail","error","not-applicable","not-run"]}`,
}

func declared(t *testing.T) []structdoc.Record {
	t.Helper()
	return structdoc.Declared(t, filepath.Join("..", "result", "result.go"))
}

func manual(types []structdoc.Record) string {
	return fmt.Sprintf("<!-- Generated from go/internal/result by `go test ./internal/report -update`; a test compares it. -->\n"+
		"# result.json, schema %d\n\nWhat every run writes: the verdict with its identity and its evidence.\n"+
		"As JSON Schema: [result.schema.json](result.schema.json). Readers must ignore keys that they don't know; a key that changes its meaning raises `schema`.\n\n"+
		"An outcome is `pass`, `fail` (the recipe), `error` (the infrastructure), `not-applicable` (with a declared reason) or `not-run`.\n", result.Schema) +
		structdoc.Tables(types)
}

func schema(t *testing.T, types []structdoc.Record) string {
	t.Helper()
	defs := map[string]any{}
	for _, r := range types {
		keys, required := map[string]any{}, []string{}
		for _, f := range r.Fields {
			keys[f.Key] = schemaOf(f.Kind)
			if !f.Optional {
				required = append(required, f.Key)
			}
		}
		defs[r.Name] = map[string]any{"type": "object", "description": r.Doc, "properties": keys, "required": required}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "result.json of cc-ci", "$ref": "#/$defs/Result", "$defs": defs,
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func schemaOf(kind string) any {
	if item, ok := strings.CutPrefix(kind, "list of "); ok {
		return map[string]any{"type": []string{"array", "null"}, "items": schemaOf(item)}
	}
	if item, ok := strings.CutPrefix(kind, "map of "); ok {
		return map[string]any{"type": "object", "additionalProperties": schemaOf(item)}
	}
	if k, ok := kinds[kind]; ok {
		return json.RawMessage(k)
	}
	return map[string]string{"$ref": "#/$defs/" + kind}
}

// TestSamplesFitTheSchema checks keys and required keys of real files; the types of values are Go's.
func TestSamplesFitTheSchema(t *testing.T) {
	types := map[string]structdoc.Record{}
	for _, r := range declared(t) {
		types[r.Name] = r
	}
	for _, name := range []string{"green", "red", "error", "refused", "hostile"} {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			fits(t, types, "Result", "", v)
		})
	}
}

func fits(t *testing.T, types map[string]structdoc.Record, kind, place string, v any) {
	t.Helper()
	r, ok := types[strings.TrimPrefix(kind, "list of ")]
	if !ok {
		return
	}
	if list, ok := v.([]any); ok {
		for i, item := range list {
			fits(t, types, r.Name, fmt.Sprintf("%s[%d]", place, i), item)
		}
		return
	}
	object, ok := v.(map[string]any)
	if !ok {
		if v != nil {
			t.Errorf("%s: expected an object, found %T", place, v)
		}
		return
	}
	for _, f := range r.Fields {
		value, there := object[f.Key]
		if !there && !f.Optional {
			t.Errorf("%s.%s: expected this key", place, f.Key)
		}
		fits(t, types, f.Kind, place+"."+f.Key, value)
		delete(object, f.Key)
	}
	for key := range object {
		t.Errorf("%s.%s: the schema doesn't know this key", place, key)
	}
}
