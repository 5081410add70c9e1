package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
)

// run draws a run's page.
func (s *Server) run(w http.ResponseWriter, r *http.Request, recipe, run string) {
	select {
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-r.Context().Done():
		return
	}
	var b bytes.Buffer
	switch err := s.Pages.Run(&b, recipe, run); {
	case errors.Is(err, fs.ErrNotExist):
		notFound(w)
	case err != nil:
		s.fail(w, err)
	default:
		w.Header().Set("Cache-Control", "no-cache")
		s.send(w, r, kinds[".html"], b.Bytes())
	}
}

// inert is the policy of what a recipe or a runner wrote: even opened by itself it can do nothing.
const inert = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"

// file serves one file of a run. Its folder is written once, so the file never changes.
func (s *Server) file(w http.ResponseWriter, r *http.Request, folder, name string) {
	f, info, err := s.openFile(folder, name)
	if err != nil {
		notFound(w)
		return
	}
	defer f.Close()
	kind, attach, err := kindOf(f, name)
	if err != nil {
		s.fail(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", inert)
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=86400")
	if attach {
		h.Set("Content-Disposition", "attachment")
	}
	// What is not compressed comes from the disk: whoever takes it slowly would else hold all of it in memory.
	if text(kind) && info.Size() <= pageLimit && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, err := io.ReadAll(io.LimitReader(f, pageLimit))
		if err != nil {
			s.fail(w, err)
			return
		}
		s.send(w, r, kind, body)
		return
	}
	if text(kind) {
		h.Add("Vary", "Accept-Encoding")
	}
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// openFile opens a file that a run's folder shows to people; links are not followed.
func (s *Server) openFile(folder, name string) (*os.File, fs.FileInfo, error) {
	dir, _, _ := strings.Cut(name, "/")
	if !slices.Contains([]string{"result.json", "junit.xml", "report.html"}, name) && dir != "log" && dir != "evidence" {
		return nil, nil, fs.ErrNotExist
	}
	at := path.Join(folder, name)
	if info, err := s.Store.Lstat(at); err != nil || !info.Mode().IsRegular() {
		return nil, nil, fs.ErrNotExist
	}
	f, err := s.Store.Open(at)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, fs.ErrNotExist
	}
	return f, info, nil
}

// kindOf says as what a file is served: text that can be nothing else, an image by its
// bytes, else a download.
func kindOf(f io.ReadSeeker, name string) (kind string, attach bool, err error) {
	switch {
	case name == "report.html":
		return "text/html; charset=utf-8", false, nil
	case name == "result.json":
		return "application/json", false, nil
	case name == "junit.xml", strings.HasPrefix(name, "log/"), path.Ext(name) == ".txt", path.Ext(name) == ".html", path.Ext(name) == ".yml":
		return "text/plain; charset=utf-8", false, nil
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", false, err
	}
	if kind := http.DetectContentType(head[:n]); kind == "image/png" || kind == "image/jpeg" {
		return kind, false, nil
	}
	return "application/octet-stream", true, nil
}
