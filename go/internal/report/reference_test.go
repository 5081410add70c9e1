package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/result"
)

// TestReference compares docs/reference/result.* with what package result declares; -update writes them.
func TestReference(t *testing.T) {
	types := declared(t)
	for name, want := range map[string]string{"result.md": manual(types), "result.schema.json": schema(t, types)} {
		golden.Compare(t, filepath.Join("..", "..", "..", "docs", "reference", name), want)
	}
}

// record is one struct of result.json, field one of its keys.
type record struct {
	name, doc string
	fields    []field
}

type field struct {
	key, kind, doc string
	optional       bool
}

// declared reads the types with their comments from the source of package result.
func declared(t *testing.T) []record {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "result", "result.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var out []record
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		spec := g.Specs[0].(*ast.TypeSpec)
		if s, ok := spec.Type.(*ast.StructType); ok {
			out = append(out, record{spec.Name.Name, strings.TrimSpace(strings.ReplaceAll(g.Doc.Text(), "\n", " ")), fieldsOf(s)})
		}
	}
	return out
}

func fieldsOf(s *ast.StructType) []field {
	var out []field
	for _, f := range s.Fields.List {
		tag, _ := strconv.Unquote(f.Tag.Value)
		key, rest, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		out = append(out, field{key, kindOf(f.Type), strings.TrimSpace(f.Comment.Text()), strings.Contains(rest, "omitempty")})
	}
	return out
}

func kindOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return kindOf(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.ArrayType:
		return "list of " + kindOf(e.Elt)
	case *ast.MapType:
		return "map of " + kindOf(e.Value)
	}
	return fmt.Sprintf("%T", e)
}

var kinds = map[string]struct{ words, schema string }{
	"string":   {"text", `{"type":"string"}`},
	"int":      {"whole number", `{"type":"integer"}`},
	"int64":    {"whole number", `{"type":"integer"}`},
	"bool":     {"true or false", `{"type":"boolean"}`},
	"Time":     {"time (RFC 3339)", `{"type":"string","format":"date-time"}`},
	"Duration": {"nanoseconds", `{"type":"integer"}`},
	"Outcome":  {"outcome", `{"enum":["pass","fail","error","not-applicable","not-run"]}`},
}

func manual(types []record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Generated from go/internal/result by `go test ./internal/report -update`; a test compares it. -->\n"+
		"# result.json, schema %d\n\nWhat every run writes: the verdict with its identity and its evidence.\n"+
		"As JSON Schema: [result.schema.json](result.schema.json). Readers must ignore keys that they don't know; a key that changes its meaning raises `schema`.\n\n"+
		"An outcome is `pass`, `fail` (the recipe), `error` (the infrastructure), `not-applicable` (with a declared reason) or `not-run`.\n", result.Schema)
	for _, r := range types {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| key | type | meaning |\n|---|---|---|\n", r.name, r.doc)
		for _, f := range r.fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.key, f.words(), strings.ReplaceAll(f.doc, "|", `\|`))
		}
	}
	return b.String()
}

func (f field) words() string {
	kind, prefix := f.kind, ""
	for _, p := range []string{"list of ", "map of "} {
		if rest, ok := strings.CutPrefix(kind, p); ok {
			prefix, kind = p, rest
		}
	}
	if k, ok := kinds[kind]; ok {
		kind = k.words
	} else {
		kind = fmt.Sprintf("[%s](#%s)", kind, strings.ToLower(kind))
	}
	if f.optional {
		kind += ", optional"
	}
	return prefix + kind
}

func schema(t *testing.T, types []record) string {
	t.Helper()
	defs := map[string]any{}
	for _, r := range types {
		keys, required := map[string]any{}, []string{}
		for _, f := range r.fields {
			keys[f.key] = schemaOf(f.kind)
			if !f.optional {
				required = append(required, f.key)
			}
		}
		defs[r.name] = map[string]any{"type": "object", "description": r.doc, "properties": keys, "required": required}
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
		return json.RawMessage(k.schema)
	}
	return map[string]string{"$ref": "#/$defs/" + kind}
}

// TestSamplesFitTheSchema checks keys and required keys of real files; the types of values are Go's.
func TestSamplesFitTheSchema(t *testing.T) {
	types := map[string]record{}
	for _, r := range declared(t) {
		types[r.name] = r
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

func fits(t *testing.T, types map[string]record, kind, place string, v any) {
	t.Helper()
	r, ok := types[strings.TrimPrefix(kind, "list of ")]
	if !ok {
		return
	}
	if list, ok := v.([]any); ok {
		for i, item := range list {
			fits(t, types, r.name, fmt.Sprintf("%s[%d]", place, i), item)
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
	for _, f := range r.fields {
		value, there := object[f.key]
		if !there && !f.optional {
			t.Errorf("%s.%s: expected this key", place, f.key)
		}
		fits(t, types, f.kind, place+"."+f.key, value)
		delete(object, f.key)
	}
	for key := range object {
		t.Errorf("%s.%s: the schema doesn't know this key", place, key)
	}
}
