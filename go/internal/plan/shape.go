package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// modifiers are the keys that may stand beside a step's one verb.
var modifiers = map[reflect.Type][]string{
	reflect.TypeFor[Step]():        {"timeout", "within"},
	reflect.TypeFor[BrowserStep](): {"frame", "timeout", "optional"},
}

// shape compares raw JSON with the Go types, because encoding/json names neither the place of an
// unknown field nor a missing one.
func shape(raw any) []Problem {
	var s shaper
	s.value("", raw, reflect.TypeFor[Plan]())
	return s.found
}

type shaper struct{ found []Problem }

func (s *shaper) add(place, format string, args ...any) {
	s.found = append(s.found, Problem{place, fmt.Sprintf(format, args...)})
}

func (s *shaper) value(place string, v any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if _, isText := v.(string); isText && t == reflect.TypeFor[At]() {
		return
	}
	if t == reflect.TypeFor[Duration]() {
		s.duration(place, v)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		s.record(place, v, t)
	case reflect.Slice:
		s.list(place, v, t)
	case reflect.Map:
		s.table(place, v, t)
	default:
		s.scalar(place, v, t)
	}
}

func (s *shaper) duration(place string, v any) {
	b, err := json.Marshal(v)
	if err == nil {
		err = new(Duration).UnmarshalJSON(b)
	}
	if err != nil {
		s.add(place, "%v", err)
	}
}

func (s *shaper) scalar(place string, v any, t reflect.Type) {
	ok := false
	switch t.Kind() {
	case reflect.String:
		_, ok = v.(string)
	case reflect.Bool:
		_, ok = v.(bool)
	default:
		n, isNumber := v.(json.Number)
		_, err := n.Int64()
		ok = isNumber && err == nil
	}
	if !ok {
		s.add(place, "expected %s, found %s", noun(t.Kind()), seen(v))
	}
}

func (s *shaper) list(place string, v any, t reflect.Type) {
	items, ok := v.([]any)
	if !ok {
		s.add(place, "expected a list, found %s", seen(v))
	}
	for i, item := range items {
		s.value(fmt.Sprintf("%s[%d]", place, i), item, t.Elem())
	}
}

func (s *shaper) table(place string, v any, t reflect.Type) {
	object, ok := v.(map[string]any)
	if !ok {
		s.add(place, "expected an object, found %s", seen(v))
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		s.value(join(place, key), object[key], t.Elem())
	}
}

func (s *shaper) record(place string, v any, t reflect.Type) {
	object, ok := v.(map[string]any)
	if !ok {
		s.add(place, "expected an object, found %s", seen(v))
		return
	}
	fields, required := fieldsOf(t)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if ft, ok := fields[key]; ok {
			s.value(join(place, key), object[key], ft)
		} else {
			s.add(join(place, key), "unknown field `%s`; known here: %s", key, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
	}
	for _, key := range required {
		if _, ok := object[key]; !ok {
			s.add(join(place, key), "missing; expected a value")
		}
	}
	if mods, ok := modifiers[t]; ok {
		s.oneVerb(place, object, fields, mods)
	}
}

// oneVerb refuses a step that says nothing or two things at once.
func (s *shaper) oneVerb(place string, object map[string]any, fields map[string]reflect.Type, mods []string) {
	var verbs []string
	for key := range object {
		if _, known := fields[key]; known && !slices.Contains(mods, key) {
			verbs = append(verbs, key)
		}
	}
	if slices.Sort(verbs); len(verbs) != 1 {
		s.add(place, "expected one key beside %s, found %d: %s", strings.Join(mods, ", "), len(verbs), strings.Join(verbs, ", "))
	}
}

// fieldsOf gives a struct's JSON names with their types, and in order those that must be present.
func fieldsOf(t reflect.Type) (fields map[string]reflect.Type, required []string) {
	fields = map[string]reflect.Type{}
	for field := range t.Fields() {
		name, optional := jsonName(field)
		fields[name] = field.Type
		if !optional {
			required = append(required, name)
		}
	}
	return fields, required
}

// jsonName is a field's name in a plan, and whether it may be left out there.
func jsonName(f reflect.StructField) (name string, optional bool) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, options == "omitempty"
}

func noun(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	default:
		return "a whole number"
	}
}

// seen describes a JSON value in an error.
func seen(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("the string %q", v)
	default:
		return fmt.Sprint(v)
	}
}

func join(place, key string) string {
	if place == "" {
		return key
	}
	return place + "." + key
}
