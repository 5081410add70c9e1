package redact

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"
)

// secretLines gives the lines of a value that can be masked: those of at least
// MinLength bytes, without the BEGIN and END lines of a PEM block, which are public.
func secretLines(value string) []string {
	var lines []string
	for line := range strings.SplitSeq(value, "\n") {
		line = strings.TrimSpace(line)
		if len(line) >= MinLength && !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}
	return lines
}

// forms gives every form in which a value may be printed, each once. Of a value of
// several lines the forms that keep it on one line are taken of the whole, too.
func forms(value string, lines []string) []string {
	all := map[string]bool{}
	for _, v := range append(slices.Clone(lines), strings.TrimSpace(value), value) {
		for _, form := range slices.Concat([]string{v}, quoted(v), percent(v), coded(v)) {
			if len(form) >= MinLength && !strings.ContainsAny(form, "\r\n") {
				all[form] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// quoted gives v as JSON, HTML, XML, SQL, YAML and shells write it inside quotes.
func quoted(v string) []string {
	plain := jsonText(v, "", jsonLow, false)
	php := replace(jsonText(v, "<>&'\"", jsonLow, true), `\u003c`, `\u003C`, `\u003e`, `\u003E`) // with all its flags
	return append(marked(v),
		plain,
		jsonText(plain, "", jsonLow, false), // JSON in JSON: a request body inside a trace
		jsonText(v, "", jsonLow, true),
		jsonText(v, "<>&", jsonLow, false),      // Go
		jsonText(v, "<>&'\"+`", jsonHigh, true), // .NET
		php,
		replace(php, "/", `\/`),
		replace(plain, "/", `\/`), // PHP without
		replace(jsonText(v, "<>&'\"+`", jsonLow, false), "/", `\/`), // a script of Go's html/template
		replace(v, "'", `'\''`),
		replace(v, "'", `'"'"'`),
		replace(v, "'", "''"),
		replace(v, `\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`"),
	)
}

// marked gives v as it stands in HTML and XML. Those who write it differ in what they escape, and how.
func marked(v string) []string {
	var list []string
	for _, more := range [][]string{
		{},
		{`"`, "&quot;"},
		{`"`, "&quot;", "'", "&#39;"},
		{`"`, "&#34;", "'", "&#39;"}, // Go
		{`"`, "&#34;", "'", "&#39;", "+", "&#43;"},                                 // its html/template
		{`"`, "&quot;", "'", "&#x27;"},                                             // Python
		{`"`, "&quot;", "'", "&#039;"},                                             // PHP
		{`"`, "&quot;", "'", "&#x27;", "`", "&#x60;", "=", "&#x3D;"},               // Handlebars
		{`"`, "&quot;", "'", "&#39;", "/", "&#x2F;", "`", "&#x60;", "=", "&#x3D;"}, // Mustache
	} {
		list = append(list, replace(v, append([]string{"&", "&amp;", "<", "&lt;", ">", "&gt;"}, more...)...))
	}
	return list
}

func replace(v string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(v) }

// How programs write the digits of \uXXXX.
const jsonLow, jsonHigh = `\u%04x`, `\u%04X`

// jsonText escapes v as JSON does, the characters in also (and, with ascii, all
// beyond ASCII) as \uXXXX.
func jsonText(v, also, digits string, ascii bool) string {
	var b strings.Builder
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}
	for _, r := range v {
		switch {
		case strings.ContainsRune(also, r) || r < ' ' && short[r] == "" || ascii && r > '~':
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, digits, u)
			}
		case short[r] != "":
			b.WriteString(short[r])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// percent gives v as it stands in URLs and forms. Programs differ in what they leave
// as it is, in the case of the digits, and in how they write a space.
func percent(v string) []string {
	var list []string
	for _, keep := range []string{
		"-_.~",                 // Go's QueryEscape, Python's quote_plus
		"-_.~/",                // Python's quote
		"-_.~$&+=:@",           // Go's PathEscape
		"-_.~$&+,;=",           // Go's UserPassword
		"-_.~!$%&'()*+,",       // the URL Standard's user and password: browsers, Node.js
		"-_.!~*'()",            // JavaScript's encodeURIComponent
		"-_.!~*'();/?:@&=+$,#", // JavaScript's encodeURI
		"-_.*",                 // a browser's form
	} {
		for _, digits := range []string{"0123456789ABCDEF", "0123456789abcdef"} {
			text := percentText(v, keep, digits)
			list = append(list, text, strings.ReplaceAll(text, "%20", "+"))
		}
	}
	return list
}

func percentText(v, keep, digits string) string {
	var b strings.Builder
	for i := range len(v) {
		c := v[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// coded gives v in hex and as it stands inside base64 of something longer: at each
// of the three byte alignments, without the characters that its neighbours share.
func coded(v string) []string {
	low := hex.EncodeToString([]byte(v))
	list := []string{low, strings.ToUpper(low)}
	for before := range 3 {
		text := append(make([]byte, before), v...)
		from, to := (before*8+5)/6, len(text)*8/6
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, enc.EncodeToString(text)[from:to])
		}
	}
	return list
}
