package dashboard

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"coopcloud.tech/cc-ci/internal/generation"
	"coopcloud.tech/cc-ci/internal/report"
)

//go:embed page
var pageFiles embed.FS

// style is the one style sheet of the site: the report's, and what only the dashboard draws.
var style = report.Style + asset("style.css")

// Sheet is the file name of the style sheet; it names its content, so it never changes.
var Sheet = "style-" + sum(style) + ".css"

// made names this version of the pages: what another one drew is drawn again.
var made = sum(style + asset("frame.tmpl") + asset("overview.tmpl") + asset("recipe.tmpl") + asset("run.tmpl") + format)

// format is raised when code other than the templates changes what pages or history.json hold.
const format = "1"

func asset(name string) string {
	b, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // embedded: can't be missing
	}
	return string(b)
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:6])
}

var pages = template.Must(report.Templates().Funcs(template.FuncMap{
	"span": report.Span, "short": report.Short, "clock": report.Clock, "word": report.Word, "tone": report.Tone,
}).ParseFS(pageFiles, "page/*.tmpl"))

// frame is what every page says around its content.
type frame struct {
	Title string
	Root  string // address of the site's root, relative to the page
	Sheet string
	Trail []crumb
}

// crumb is one step of the way from the overview; the last one is the page itself.
type crumb struct{ Name, Address string }

func newFrame(title, root string, trail ...crumb) frame {
	return frame{title, root, Sheet, trail}
}

func draw(name string, view any) ([]byte, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, name, view)
	return b.Bytes(), err
}

// overviewFiles are the files at the site's root.
func overviewFiles(s *state) (generation.Files, error) {
	page, err := draw("overview", newOverview(s))
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return generation.Files{
		"index.html": page, "overview.json": data, Sheet: []byte(style),
		"icon.svg": []byte(asset("icon.svg")), "robots.txt": []byte("User-agent: *\nDisallow: /recipe/\n"),
	}, nil
}

// recipeFiles are the files of one recipe; all are its runs, oldest first.
func (b *Builder) recipeFiles(row Row, all []Record) (generation.Files, error) {
	page, err := draw("recipe", b.newRecipe(row, all))
	if err != nil {
		return nil, err
	}
	if all == nil {
		all = []Record{}
	}
	data, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	files := generation.Files{"index.html": page, "history.json": data}
	for name, badge := range badges(all) {
		var svg, js bytes.Buffer
		if err := badge.SVG(&svg); err != nil {
			return nil, err
		}
		if err := badge.JSON(&js); err != nil {
			return nil, err
		}
		files[name+".svg"], files[name+".json"] = svg.Bytes(), js.Bytes()
	}
	return files, nil
}

// file reads one file of the site on disk.
func (b *Builder) file(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(b.Site.Dir(), filepath.FromSlash(name)))
}

// Run draws the page of one run. The error is fs.ErrNotExist where there is no such run; a
// result that can't be read has a page that says so.
func (b *Builder) Run(w io.Writer, recipe, run string) error {
	info, err := fs.Stat(b.Store, recipe+"/"+run)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("run %s/%s: %w", recipe, run, fs.ErrNotExist)
	}
	all := b.history(generation.Current + "/" + Place + "/" + recipe)
	at := slices.IndexFunc(all, func(r Record) bool { return r.Run == run })
	page, err := draw("dashboard-run", b.newRun(recipe, run, all, at))
	if err != nil {
		return fmt.Errorf("page of %s/%s: %w", recipe, run, err)
	}
	_, err = w.Write(page)
	return err
}
