package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"

	"coopcloud.tech/cc-ci/internal/result"
)

//go:embed page
var pageFiles embed.FS

// Style is the style sheet of every page: light and dark, phone and print.
var Style = func() string {
	b, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		panic(err) // embedded: can't be missing
	}
	return string(b)
}()

// Policy is the content security policy of a page that carries Style inline and
// nothing else: no script, no request to anywhere.
var Policy = func() string {
	sum := sha256.Sum256([]byte(Style))
	return fmt.Sprintf("default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
		base64.StdEncoding.EncodeToString(sum[:]))
}()

var pages = template.Must(template.New("").ParseFS(pageFiles, "page/*.tmpl"))

// Templates gives a copy of the page's partials, to build other pages of: "top", "verdict",
// "ladder", "trouble", "timeline", "stages", "stage", "steps", "service", "pictures", "log",
// "notes", "again" and "identity" take a View or a part of one; "run" is the whole page.
func Templates() *template.Template { return template.Must(pages.Clone()) }

// HTML writes r as one self-contained page (U2, U4): its first screen says in one sentence
// what happened and why. files is the result's folder, from which screenshots and the ends
// of log/<stage> are embedded; give it as os.Root.FS so that no link leads out of it. nil where there is none.
func HTML(w io.Writer, r result.Result, files fs.FS) error {
	out := bufio.NewWriter(w)
	if err := pages.ExecuteTemplate(out, "run", newView(r, files)); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return out.Flush()
}
