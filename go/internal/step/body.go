package step

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
)

// body is what a request carries; a nil reader is nothing.
type body struct {
	io.Reader
	size        int64
	contentType string
}

func (b body) into(req *http.Request) {
	if b.Reader == nil {
		return
	}
	req.Body, req.ContentLength = io.NopCloser(b), b.size
	if b.contentType != "" {
		req.Header.Set("Content-Type", b.contentType)
	}
}

func textBody(contentType, text string) body {
	return body{strings.NewReader(text), int64(len(text)), contentType}
}

// body makes what the step asks for: nothing, a text, a form, or a form with a file.
func (r *runner) body(h *plan.HTTP) (body, error) {
	form, err := r.Vars.expandAll(h.Form)
	if err != nil {
		return body{}, err
	}
	switch {
	case h.Upload != nil:
		return r.upload(h.Upload, form)
	case len(form) > 0:
		values := url.Values{}
		for name, text := range form {
			values.Set(name, text)
		}
		return textBody("application/x-www-form-urlencoded", values.Encode()), nil
	case h.Body != "":
		text, err := r.Vars.Expand(h.Body)
		if text == "" {
			return body{}, err
		}
		return textBody("", text), err
	}
	return body{}, nil
}

// upload makes a multipart body around the file, which is streamed: it may be larger than the memory.
func (r *runner) upload(u *plan.Upload, form map[string]string) (body, error) {
	content, err := r.Vars.Expand(u.Content)
	if err != nil {
		return body{}, err
	}
	name, err := r.Vars.Expand(u.Name)
	if err != nil {
		return body{}, err
	}
	var frame bytes.Buffer
	w := multipart.NewWriter(&frame)
	for _, field := range slices.Sorted(maps.Keys(form)) {
		if err := w.WriteField(field, form[field]); err != nil {
			return body{}, err
		}
	}
	if _, err := w.CreateFormFile(u.Field, name); err != nil {
		return body{}, err
	}
	head := frame.String()
	if err := w.Close(); err != nil {
		return body{}, err
	}
	end := frame.String()[len(head):]
	file, size := io.Reader(strings.NewReader(content)), int64(len(content))
	if u.Size > 0 {
		file, size = Generated(u.Size), u.Size
	}
	all := io.MultiReader(strings.NewReader(head), file, strings.NewReader(end))
	return body{all, int64(frame.Len()) + size, w.FormDataContentType()}, nil
}

// Generated gives the content of an upload of size bytes: the ChaCha8 stream of an all-zero seed (C2SP chacha8rand),
// the same in every run and on every machine, and nothing that a store could compress.
func Generated(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{}), size)
}
