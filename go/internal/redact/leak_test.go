package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// secrets of the kinds that recipes hold; each has its weak points in some encoding.
var secrets = map[string]string{
	"plain":   "k3Jd82hGq0ZxWv5L",
	"symbols": `p&s's<w>"r/d $1+2=%~` + "`\\",
	"special": "Kz!4@m#9$T%c^7&W*r_2-V+e=8,b;N:j?q|s(u)y[o]{f}", // what abra's alphabet of special characters has, and more
	"umlaut":  "geheim-schlüssel-\u20ac-\U0001F511",
	"spaces":  "three little words",
	"pem": "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA\n" +
		"AoIBAQC7VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7\n-----END PRIVATE KEY-----\n",
}

// encodings are the forms of requirement P4, made by the libraries that programs use.
var encodings = map[string]func(string) string{
	"raw":           func(s string) string { return s },
	"crlf":          func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"container log": func(s string) string { return "app | " + strings.ReplaceAll(s, "\n", "\napp | ") },
	"query":         url.QueryEscape,
	"query lower":   func(s string) string { return lowerPercent(url.QueryEscape(s)) },
	"path":          url.PathEscape,
	"form value":    func(s string) string { return url.Values{"password": {s}}.Encode() },
	"json":          jsonOf,
	"json plain":    jsonPlain,
	"json twice":    func(s string) string { return jsonPlain(jsonPlain(s)) },
	"json slashes":  func(s string) string { return strings.ReplaceAll(jsonPlain(s), "/", `\/`) },
	"json hex":      func(s string) string { return jsonHex(s, "<>&'\"+`") },
	"json php": func(s string) string {
		return phpUnicode.ReplaceAllStringFunc(strings.ReplaceAll(jsonHex(s, "<>&'\""), "/", `\/`), strings.ToLower)
	},
	"html":          html.EscapeString,
	"html template": func(s string) string { return drawn("<p>{{.}}</p>", s) },
	"script":        func(s string) string { return drawn("<script>var p = '{{.}}'</script>", s) },
	"handlebars":    strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;", "`", "&#x60;", "=", "&#x3D;").Replace,
	"mustache": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "/", "&#x2F;",
		"`", "&#x60;", "=", "&#x3D;").Replace,
	"go quoted":     func(s string) string { return fmt.Sprintf("%q", map[string]string{"k": s}) },
	"hex":           func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hex upper":     func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"base64":        func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 url":    func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"basic auth 0":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte("ab:" + s + "!")) },
	"basic auth 1":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte("abc:" + s + "..")) },
	"basic auth 2":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte("abcd:" + s)) },
	"shell":         func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" },
	"shell doubled": func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'" },
	"sql":           func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
	"inside a word": func(s string) string { return "xx" + s + "yy" },
	"user and place": func(s string) string {
		return (&url.URL{Scheme: "postgres", User: url.UserPassword("u", s), Host: "db"}).String()
	},
	"browser's URL": func(s string) string { return "postgres://u:" + browserURL(s) + "@db" },
}

// browserURL writes s as the password of a URL, as the URL Standard has it (userinfo percent-encode set): Node.js, browsers.
func browserURL(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte("\"#<>?`{}/:;=@[\\]^|", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// phpUnicode is what PHP writes in small letters all the same.
var phpUnicode = regexp.MustCompile(`\\u(?:00[89A-F]|[^0].)..`)

// jsonHex writes s as System.Text.Json of .NET does, and PHP with its JSON_HEX flags: the digits of \u are capitals.
func jsonHex(s, also string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		switch {
		case u == '\\':
			b.WriteString(`\\`)
		case u == '\n':
			b.WriteString(`\n`)
		case u < ' ' || u > '~' || strings.ContainsRune(also, rune(u)):
			fmt.Fprintf(&b, `\u%04X`, u)
		default:
			b.WriteRune(rune(u))
		}
	}
	return b.String()
}

func drawn(page, s string) string {
	var b strings.Builder
	_ = template.Must(template.New("").Parse(page)).Execute(&b, s)
	return b.String()
}

func jsonOf(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func jsonPlain(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	return strings.TrimSpace(b.String())
}

func lowerPercent(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' {
			copy(b[i:], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

// remains gives the longest piece of text that got still shows, up to what a reader
// could use: any 8 bytes in a row of it, outside the masks.
func remains(got, text string) string {
	for i := 0; i+MinLength <= len(text); i++ {
		if piece := text[i : i+MinLength]; strings.Contains(got, piece) {
			return piece
		}
	}
	return ""
}

func TestNoEncodingLeaks(t *testing.T) {
	for kind, secret := range secrets {
		m := New()
		if err := m.Add(kind, secret); err != nil {
			t.Fatal(err)
		}
		for name, encode := range encodings {
			t.Run(kind+"/"+name, func(t *testing.T) {
				text := encode(secret)
				if !strings.Contains(m.String(text), Label(kind)) {
					t.Fatalf("not found in %q", text)
				}
				for cut := range len(text) {
					var got bytes.Buffer
					w := m.Writer(&got)
					fmt.Fprint(w, "begin ", text[:cut])
					fmt.Fprint(w, text[cut:], " end")
					if err := w.Close(); err != nil {
						t.Fatal(err)
					}
					checkClean(t, got.String(), secret)
					if want := "begin " + m.String(text) + " end"; got.String() != want {
						t.Fatalf("cut at %d: got %q, want %q", cut, got.String(), want)
					}
				}
			})
		}
	}
}

// checkClean undoes the encodings and looks for what is left of the secret's lines.
func checkClean(t *testing.T, got, secret string) {
	t.Helper()
	for _, line := range secretLines(secret) {
		for name, encode := range encodings {
			if name == "container log" || name == "form value" || name == "user and place" || name == "go quoted" || name == "inside a word" ||
				name == "browser's URL" || name == "html template" || name == "script" {
				continue // their own words are no secret
			}
			if strings.HasPrefix(name, "basic auth") || name == "base64" || name == "base64 url" {
				continue // compared with the masked whole instead
			}
			if left := remains(got, encode(line)); left != "" {
				t.Fatalf("%q (as %s) is left in %q", left, name, got)
			}
		}
	}
}

func TestBase64AtAnyPlace(t *testing.T) {
	m := New()
	if err := m.Add("s", secrets["symbols"]); err != nil {
		t.Fatal(err)
	}
	for before := range 12 {
		for after := range 12 {
			whole := strings.Repeat("u", before) + secrets["symbols"] + strings.Repeat("v", after)
			for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
				if got := m.String(enc.EncodeToString([]byte(whole))); !strings.Contains(got, Label("s")) {
					t.Errorf("%d bytes before, %d after: %s", before, after, got)
				}
			}
		}
	}
}

func TestAddRefuses(t *testing.T) {
	m := New()
	m.Public("hedgedoc-pr7-a1b2c3d.ci.example.org")
	for _, c := range []struct {
		value string
		want  error
	}{
		{"", ErrShort}, {"1234567", ErrShort}, {"  1234567 \n", ErrShort}, {"a\nb\nc\nd\ne\nf\n", ErrShort},
		{"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", ErrShort},
		{"Password", ErrDictionary}, {"postgresql\n", ErrDictionary}, {"********", ErrDictionary}, {"00000000000", ErrDictionary},
		{"hedgedoc-pr7", ErrDictionary}, {"localhost\nlocaldomain", ErrDictionary},
		{"12345678x", nil}, {"hedgedoc-pr8", nil}, {"localhost\nbut-also-this", nil},
	} {
		if err := m.Add("db_pass", c.value); !errors.Is(err, c.want) {
			t.Errorf("Add(%q): got %v, want %v", c.value, err, c.want)
		} else if err != nil && (!strings.Contains(err.Error(), "db_pass") || c.value != "" && strings.Contains(err.Error(), c.value)) {
			t.Errorf("Add(%q): the error must name the secret and not show it: %v", c.value, err)
		}
	}
	if got := len(m.Refused()); got != 11 {
		t.Errorf("got %d refusals, want 11: %q", got, m.Refused())
	}
	if got := m.String("a Password on localhost"); got != "a Password on localhost" {
		t.Errorf("a refused value was masked: %s", got)
	}
}

func TestNamesCantBreakTheTextAround(t *testing.T) {
	m := New()
	if err := m.Add("a\"b\nc<d>", "k3Jd82hGq0ZxWv5L"); err != nil {
		t.Fatal(err)
	}
	if got := m.String("k3Jd82hGq0ZxWv5L"); got != "[secret a_b_c_d_]" {
		t.Errorf("got %q", got)
	}
}

func TestFormsAreDistinctAndStable(t *testing.T) {
	a, b := forms("k3Jd82hGq0ZxWv5L", []string{"k3Jd82hGq0ZxWv5L"}), forms("k3Jd82hGq0ZxWv5L", []string{"k3Jd82hGq0ZxWv5L"})
	if !slices.Equal(a, b) || len(slices.Compact(slices.Clone(a))) != len(a) || len(a) > 12 {
		t.Errorf("forms of an ordinary value: %q", a)
	}
}
