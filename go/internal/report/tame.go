package report

import (
	"reflect"

	"coopcloud.tech/cc-ci/internal/result"
)

// maxText is the length to which texts of a result are cut, in characters: more than any page shows, and
// so little that the log lines of as many services as the policy lets pass fit into maxResult.
const maxText = 8 << 10

// Tame makes every text of r inert, masks it and cuts it, in place and in this order. Who shows result.json makes
// its texts inert again, and would put a secret together that an escape sequence had kept from the masker; and
// one that a service has printed without any line's end would make it too large to be read.
func Tame(r *result.Result, mask func(string) string) {
	tame(reflect.ValueOf(r).Elem(), func(s string) string { return Clip(mask(Inert(s)), maxText) })
}

func tame(v reflect.Value, text func(string) string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() { // not in a time's own fields
			v.SetString(text(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() && v.CanSet() {
			tame(v.Elem(), text)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			tame(field, text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			tame(v.Index(i), text)
		}
	case reflect.Map: // of images, by their names in the compose files
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.ValueOf(text(v.MapIndex(key).String())))
		}
	}
}
