package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

const maxUpload = 256 << 20 // bytes

func (s *Site) files(w http.ResponseWriter, _ *http.Request) {
	entries, err := fs.ReadDir(s.Files.FS(), ".")
	if err != nil {
		fail(w, err)
		return
	}
	p := page{Title: "Files"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			p.Files = append(p.Files, e.Name())
		}
	}
	s.render(w, http.StatusOK, "files", p)
}

func (s *Site) upload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	part, err := filePart(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.save(part.FileName(), part); err != nil {
		fail(w, err)
		return
	}
	http.Redirect(w, r, "/files", http.StatusFound)
}

// filePart finds the form's file while it streams in: the image has no folder for temporary files.
func filePart(r *http.Request) (*multipart.Part, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, fmt.Errorf("field file: expected a file, found none: %w", err)
		}
		if part.FormName() != "file" {
			continue
		}
		if name := part.FileName(); name == "" || strings.HasPrefix(name, ".") || filepath.Base(name) != name {
			return nil, fmt.Errorf("field file: expected the name of a visible file, found %q", name)
		}
		return part, nil
	}
}

// save writes beside the target and renames, so that a download never sees half a file.
func (s *Site) save(name string, from io.Reader) error {
	half := ".half-" + name
	f, err := s.Files.OpenFile(half, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, s.Files.Remove(half))
	}
	return s.Files.Rename(half, name)
}

func (s *Site) download(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if strings.HasPrefix(name, ".") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, s.Files.FS(), name)
}
