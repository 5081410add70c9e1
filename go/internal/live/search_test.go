//go:build live

package live

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// recordSecrets puts a program before the machine's abra that keeps what abra generates and is given, so
// that the values are known once the run has forgotten them.
func (m *machine) recordSecrets() {
	m.t.Helper()
	dir := m.t.TempDir()
	m.generated = filepath.Join(dir, "generated")
	script := fmt.Sprintf(`#!/bin/sh
case "$*" in "app secret generate "*)
  out=$('%[1]s' "$@"); status=$?
  printf '%%s\n' "$out" >>'%[2]s'
  printf '%%s\n' "$out"
  exit "$status" ;;
"app secret insert "*)
  for file in "$@"; do [ ! -f "$file" ] || printf '"value":"%%s"\n' "$(cat "$file")" >>'%[2]s'; done ;;
esac
exec '%[1]s' "$@"
`, m.Abra, m.generated)
	m.Abra = filepath.Join(dir, "abra")
	if err := os.WriteFile(m.Abra, []byte(script), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

var generatedValue = regexp.MustCompile(`(?i)"value":\s*"([^"]+)"`)

// noSecrets searches all that the machine's runs have left and said for what abra generated for them, in
// every form that people or programs write it (P4).
func (m *machine) noSecrets() {
	m.t.Helper()
	b, _ := os.ReadFile(m.generated)
	forms := map[string][]byte{}
	for _, v := range generatedValue.FindAllSubmatch(b, -1) {
		for name, form := range formsOf(string(v[1])) {
			forms[name+" of "+string(v[1])] = form
		}
	}
	look := func(place string, text []byte) {
		for name, form := range forms {
			if bytes.Contains(text, form) {
				m.t.Errorf("%s holds a secret: %s", place, name)
			}
		}
	}
	look("what was printed", []byte(m.said.String()))
	for _, dir := range append([]string{m.State}, m.outs...) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			look("the name "+path, []byte(path))
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			return eachPart(path, look)
		})
		if err != nil {
			m.t.Error(err)
		}
	}
}

// eachPart gives a file and everything that is packed in it.
func eachPart(path string, look func(place string, text []byte)) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return unpacked(path, b, look)
}

var embedded = regexp.MustCompile(`base64,([A-Za-z0-9+/]+=*)`)

func unpacked(place string, b []byte, look func(string, []byte)) error {
	look(place, b)
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return err
		}
		for _, f := range z.File {
			look("a name in "+place, []byte(f.Name))
			r, err := f.Open()
			if err != nil {
				return err
			}
			member, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			if err := unpacked(place+": "+f.Name, member, look); err != nil {
				return err
			}
		}
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b}):
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return err
		}
		member, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return unpacked(place+": unpacked", member, look)
	default:
		for _, part := range embedded.FindAllSubmatch(b, -1) {
			if text, err := base64.StdEncoding.DecodeString(string(part[1])); err == nil {
				look(place+": embedded", text)
			}
		}
	}
	return nil
}

// formsOf is independent of the masker's own list.
func formsOf(v string) map[string][]byte {
	forms := map[string][]byte{"the text": []byte(v), "hex": []byte(hex.EncodeToString([]byte(v))), "HEX": []byte(strings.ToUpper(hex.EncodeToString([]byte(v))))}
	for skip := range 3 { // where the text begins within the three bytes of a group
		padded := append(bytes.Repeat([]byte{0}, skip), v...)
		whole := len(padded) / 3 * 4
		for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			coded := e.EncodeToString(padded)
			forms[fmt.Sprintf("%s at %d", name, skip)] = []byte(coded[(skip+2)/3*4 : whole]) // what depends on the text alone
		}
	}
	percent, entity, unicode := "", "", ""
	for _, b := range []byte(v) {
		percent += fmt.Sprintf("%%%02X", b)
		entity += fmt.Sprintf("&#%d;", b)
		unicode += fmt.Sprintf("\\u%04x", b)
	}
	forms["percent"], forms["entities"], forms["unicode"] = []byte(percent), []byte(entity), []byte(unicode)
	if quoted, err := json.Marshal(v); err == nil {
		forms["JSON"] = quoted[1 : len(quoted)-1]
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune(v)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	forms["UTF-16"] = wide
	return forms
}

// holds tells whether a file, or what is packed in it, holds a text.
func holds(t *testing.T, path, text string) (found bool) {
	t.Helper()
	if err := eachPart(path, func(_ string, b []byte) { found = found || bytes.Contains(b, []byte(text)) }); err != nil {
		t.Fatal(err)
	}
	return found
}
