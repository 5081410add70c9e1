package report

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"

	"coopcloud.tech/cc-ci/internal/result"
)

// screenshot is the kind of evidence that a page embeds.
const screenshot = "screenshot"

// Limits of one page, in bytes of image files.
const (
	maxPicture  = 1 << 20
	maxPictures = 6 << 20
)

// Picture is a screenshot, embedded as a data: address or beside the page; where it
// can't be shown, Missing says why.
type Picture struct {
	Address               template.URL
	Alt, Caption, Missing string
}

// album embeds screenshots until the page's limit is reached, or only links them.
type album struct {
	files fs.FS
	link  bool
	spent int
}

func (a *album) pictures(s result.Stage) []Picture {
	var out []Picture
	for _, e := range s.Evidence {
		if e.Kind != screenshot {
			continue
		}
		at := name(s.Name) + ", " + name(e.Step)
		if e.Step == "" {
			at = name(s.Name)
		}
		p := Picture{Alt: "Screenshot: " + at, Caption: at}
		address, err := a.address(e.File)
		if err != nil {
			p.Missing = brief("not shown: "+err.Error(), 300)
		}
		p.Address = address
		out = append(out, p)
	}
	return out
}

// address opens an image. Its type is judged by its bytes, never by its name: only the
// two kinds that the browser driver writes are let in.
func (a *album) address(file string) (template.URL, error) {
	if a.files == nil {
		return "", fmt.Errorf("no folder was given for %s", file)
	}
	if !fs.ValidPath(file) {
		return "", fmt.Errorf("%q leads out of the result's folder", file)
	}
	f, err := a.files.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	limit := int64(maxPicture + 1)
	if a.link {
		limit = 512 // what DetectContentType looks at
	}
	b, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return "", err
	}
	kind := http.DetectContentType(b)
	if !slices.Contains([]string{"image/png", "image/jpeg"}, kind) {
		return "", fmt.Errorf("%s: expected a PNG or JPEG image, found %s", file, kind)
	}
	if a.link {
		return template.URL(beside(file)), nil
	}
	return a.embed(file, kind, b)
}

func (a *album) embed(file, kind string, b []byte) (template.URL, error) {
	switch {
	case len(b) > maxPicture:
		return "", fmt.Errorf("%s is larger than %d bytes", file, maxPicture)
	case a.spent+len(b) > maxPictures:
		return "", fmt.Errorf("%s would make this page's pictures larger than %d bytes", file, maxPictures)
	}
	a.spent += len(b)
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b)), nil
}

// beside is the address, relative to the page, of a file in the result's folder.
func beside(file string) string { return (&url.URL{Path: "./" + file}).String() }
