package report

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
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

// Picture is a screenshot as a data: address; where it can't be shown, Missing says why.
type Picture struct {
	Data                  template.URL
	Alt, Caption, Missing string
}

// album embeds screenshots until the page's limit is reached.
type album struct {
	files fs.FS
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
		data, err := a.embed(e.File)
		if err != nil {
			p.Missing = clip(oneLine(err.Error()), 300)
		}
		p.Data = data
		out = append(out, p)
	}
	return out
}

// embed reads an image. Its type is judged by its bytes, never by its name: only the two
// kinds that the browser driver writes are let in.
func (a *album) embed(file string) (template.URL, error) {
	if a.files == nil {
		return "", fmt.Errorf("not embedded: no folder was given for %s", file)
	}
	if !fs.ValidPath(file) {
		return "", fmt.Errorf("not embedded: %q leads out of the result's folder", file)
	}
	f, err := a.files.Open(file)
	if err != nil {
		return "", fmt.Errorf("not embedded: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil {
		return "", fmt.Errorf("not embedded: %w", err)
	}
	kind := http.DetectContentType(b)
	switch {
	case len(b) > maxPicture:
		return "", fmt.Errorf("not embedded: %s is larger than %d bytes", file, maxPicture)
	case a.spent+len(b) > maxPictures:
		return "", fmt.Errorf("not embedded: %s would make this page's pictures larger than %d bytes", file, maxPictures)
	case !slices.Contains([]string{"image/png", "image/jpeg"}, kind):
		return "", fmt.Errorf("not embedded: %s: expected a PNG or JPEG image, found %s", file, kind)
	}
	a.spent += len(b)
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b)), nil
}
