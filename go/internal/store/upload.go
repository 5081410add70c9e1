package store

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// uploadLimit bounds one request.
const uploadLimit = 5 * time.Minute

// Upload sends a finished run's folder to the store of another host, signed with key.
// Sending it again is no error. address is https, or http to this machine alone.
func Upload(ctx context.Context, address string, key Key, folder string) (result.Result, error) {
	r, err := report.Load(filepath.Join(folder, "result.json"))
	if err != nil {
		return r, fmt.Errorf("publish: %w", err)
	}
	if err := safe(address); err != nil {
		return r, fmt.Errorf("publish: %w", err)
	}
	if err := send(ctx, address, key, folder, r); err != nil {
		return r, fmt.Errorf("publish %s/%s at %s: %w", r.Recipe, r.ID, address, err)
	}
	return r, nil
}

// safe refuses an address at which others could read along.
func safe(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("address of the results store: expected https://..., found %q", address)
}

func send(ctx context.Context, address string, key Key, folder string, r result.Result) error {
	spool, err := os.CreateTemp("", "cc-ci-upload-")
	if err != nil {
		return err
	}
	defer spool.Close()
	if err := os.Remove(spool.Name()); err != nil { // it goes with this process
		return err
	}
	sum := sha256.New()
	if err := pack(io.MultiWriter(spool, sum), folder); err != nil {
		return err
	}
	size, err := spool.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, uploadLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, io.NopCloser(spool))
	if err != nil {
		return err
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/gzip")
	key.sign(req.Header, r, hex.EncodeToString(sum.Sum(nil)), time.Now())
	return do(req)
}

func do(req *http.Request) error {
	// A redirect would carry a signed body elsewhere.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated:
		return nil
	case http.StatusConflict:
		return ErrTaken
	case http.StatusUnauthorized:
		return fmt.Errorf("status %s: %w; compare the upload key and the clocks of both hosts", resp.Status, ErrSignature)
	}
	return errors.New("status " + resp.Status)
}

// pack writes the parts of a run's folder as a compressed archive.
func pack(to io.Writer, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	taken, omitted, err := parts(root.FS())
	if err != nil {
		return err
	}
	z := gzip.NewWriter(to)
	archive := tar.NewWriter(z)
	for _, p := range taken {
		if err := packPart(archive, root.FS(), p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if len(omitted) > 0 {
		text := strings.Join(omitted, "\n") + "\n"
		if err := archive.WriteHeader(header(leftOut, int64(len(text)))); err != nil {
			return err
		}
		if _, err := io.WriteString(archive, text); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), z.Close())
}

func packPart(archive *tar.Writer, files fs.FS, p part) error {
	f, err := files.Open(p.name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := archive.WriteHeader(header(p.name, p.size)); err != nil {
		return err
	}
	_, err = io.CopyN(archive, f, p.size)
	return err
}

func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644}
}
