package plan_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/plan"
)

// The golden plans are what lib/ renders: both sides of the border are held to the same files.
func TestGoldenPlansDecode(t *testing.T) {
	files, err := filepath.Glob("../../../lib/tests/plans/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("expected golden plans, found none (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			var shown strings.Builder
			if err := p.Show(&shown); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, "testdata/"+strings.TrimSuffix(filepath.Base(file), ".json")+".show", shown.String())
		})
	}
}

// The JSON Schema comes from lib/schema.nix, the structs from this package: same fields, same need.
func TestSchemaHasTheFieldsOfTheStructs(t *testing.T) {
	b, err := os.ReadFile("../../../docs/reference/plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	s := schema{root: root, seen: map[string]bool{}}
	s.compare(t, "plan", root, reflect.TypeFor[plan.Plan]())
}

type schema struct {
	root map[string]any
	seen map[string]bool
}

func (s schema) compare(t *testing.T, place string, node map[string]any, typ reflect.Type) {
	t.Helper()
	if ref, ok := node["$ref"].(string); ok {
		if ref == "#" || s.seen[ref] {
			return
		}
		s.seen[ref] = true
		node = s.root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	if either, ok := node["anyOf"].([]any); ok {
		node = either[len(either)-1].(map[string]any)
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ.Kind() == reflect.Slice:
		s.compare(t, place+"[]", node["items"].(map[string]any), typ.Elem())
	case typ.Kind() == reflect.Map:
		s.compare(t, place+".*", node["additionalProperties"].(map[string]any), typ.Elem())
	case typ.Kind() == reflect.Struct:
		s.fields(t, place, node, typ)
	}
}

func (s schema) fields(t *testing.T, place string, node map[string]any, typ reflect.Type) {
	t.Helper()
	properties := node["properties"].(map[string]any)
	need, _ := node["required"].([]any)
	for field := range typ.Fields() {
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner, ok := properties[name].(map[string]any)
		if !ok {
			t.Errorf("%s.%s: in the Go struct and not in the schema", place, name)
			continue
		}
		delete(properties, name)
		if required := slices.Contains(need, any(name)); required == (option == "omitempty") {
			t.Errorf("%s.%s: required in the schema: %t, omitempty in Go: %t", place, name, required, option == "omitempty")
		}
		s.compare(t, place+"."+name, inner, field.Type)
	}
	for name := range properties {
		t.Errorf("%s.%s: in the schema and not in the Go struct", place, name)
	}
}
