// Package structdoc makes the reference page of a JSON file from the Go structs that it is read
// into: their comments are the page's text, so that code and page can't say two things.
//
// Limits: tests alone import it. It reads one source file, exported structs with json tags.
package structdoc

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// Record is one struct, Field one of its keys.
type Record struct {
	Name, Doc string
	Fields    []Field
}

// Field is one key: its name in JSON, its Go type, the remark behind it.
type Field struct {
	Key, Kind, Doc string
	Optional       bool
}

// Declared reads the structs of a source file, in their order.
func Declared(t testing.TB, path string) []Record {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var out []Record
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		spec := g.Specs[0].(*ast.TypeSpec)
		if s, ok := spec.Type.(*ast.StructType); ok {
			out = append(out, Record{spec.Name.Name, strings.TrimSpace(strings.ReplaceAll(g.Doc.Text(), "\n", " ")), fieldsOf(s)})
		}
	}
	return out
}

func fieldsOf(s *ast.StructType) []Field {
	var out []Field
	for _, f := range s.Fields.List {
		tag, _ := strconv.Unquote(f.Tag.Value)
		key, rest, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if key == "-" {
			continue
		}
		out = append(out, Field{key, kindOf(f.Type), strings.TrimSpace(f.Comment.Text()), strings.Contains(rest, "omitempty")})
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

// words are what a page calls Go's types.
var words = map[string]string{
	"string": "text", "int": "whole number", "int64": "whole number", "bool": "true or false",
	"Time": "time (RFC 3339)", "Duration": "nanoseconds", "Outcome": "outcome",
}

// Tables gives a heading and a table for each record, in Markdown.
func Tables(records []Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| key | type | meaning |\n|---|---|---|\n", r.Name, r.Doc)
		for _, f := range r.Fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Key, f.words(), strings.ReplaceAll(f.Doc, "|", `\|`))
		}
	}
	return b.String()
}

func (f Field) words() string {
	kind, prefix := f.Kind, ""
	for _, p := range []string{"list of ", "map of "} {
		if rest, ok := strings.CutPrefix(kind, p); ok {
			prefix, kind = p, rest
		}
	}
	if w, ok := words[kind]; ok {
		kind = w
	} else {
		kind = fmt.Sprintf("[%s](#%s)", kind, strings.ToLower(kind))
	}
	if f.Optional {
		kind += ", optional"
	}
	return prefix + kind
}
