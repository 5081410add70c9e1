package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// errMalformed means that an upload is signed, but is not what it should be.
var errMalformed = errors.New("malformed upload")

// Receive takes one upload of another runner host (POST, see Upload), verified with
// the accepted keys. It gives the status to answer with, and the error for the log; what
// the client is told is the status alone. 201: published; 200: it was there
// already; 400, 401, 405, 409, 413 as usual; 500: the store's own fault.
func (s Store) Receive(req *http.Request, accepted []Key) (int, error) {
	if req.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, fmt.Errorf("upload: expected POST, found %.20q", req.Method)
	}
	u, err := verify(req.Header, accepted, time.Now())
	if err != nil {
		return http.StatusUnauthorized, fmt.Errorf("upload: %w", err)
	}
	_, missing := os.Stat(s.Folder(u.recipe, u.run))
	var tooLarge *http.MaxBytesError
	switch err := s.take(u, http.MaxBytesReader(nil, req.Body, maxUpload)); {
	case err == nil && missing == nil:
		return http.StatusOK, nil
	case err == nil:
		return http.StatusCreated, nil
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, fmt.Errorf("upload of %s/%s: %w", u.recipe, u.run, err)
	case errors.Is(err, ErrTaken):
		return http.StatusConflict, fmt.Errorf("upload of %s/%s: %w", u.recipe, u.run, err)
	case errors.Is(err, errMalformed):
		return http.StatusBadRequest, fmt.Errorf("upload of %s/%s: %w", u.recipe, u.run, err)
	default:
		return http.StatusInternalServerError, fmt.Errorf("upload of %s/%s: %w", u.recipe, u.run, err)
	}
}

// take reads the whole body before anything of it is unpacked: the digest is at its end.
func (s Store) take(u upload, body io.Reader) error {
	spool, err := os.CreateTemp(filepath.Join(s.dir, coming), "upload-")
	if err != nil {
		return err
	}
	defer spool.Close()
	defer os.Remove(spool.Name())
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(spool, sum), body); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	if !bytes.Equal(sum.Sum(nil), u.digest) {
		return fmt.Errorf("%w: the body is not the one that was signed", errMalformed)
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.bring(func(into *os.Root) error {
		if err := unpack(spool, into); err != nil {
			return fmt.Errorf("%w: %w", errMalformed, err)
		}
		return u.check(into)
	})
}

// check holds the result to what was signed.
func (u upload) check(into *os.Root) error {
	r, err := load(into)
	if err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	key := "-"
	if r.Build != nil {
		key = r.Build.Key
	}
	if r.Recipe != u.recipe || r.ID != u.run || key != u.key {
		return fmt.Errorf("%w: signed for %s/%s with key %s, found the result of %.120q/%.40q with key %.160q",
			errMalformed, u.recipe, u.run, u.key, r.Recipe, r.ID, key)
	}
	return nil
}

// unpack takes plain files with allowed names alone, within the bounds of one run.
func unpack(archive io.Reader, into *os.Root) error {
	z, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	left := int64(maxRun)
	files := tar.NewReader(io.LimitReader(z, maxUpload)) // an entry's headers alone can be compressed a thousandfold
	for n := 0; ; n++ {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		switch {
		case err != nil:
			return err
		case h.Typeflag != tar.TypeReg || !allowed(h.Name):
			return fmt.Errorf("%.200q: expected a plain file of a run", h.Name)
		case h.Size > min(left, maxFile) || n >= maxFiles:
			return fmt.Errorf("%s: over the bounds of one run", h.Name)
		}
		left -= h.Size
		if err := write(into, h.Name, h.Size, files); err != nil {
			return err
		}
	}
}
