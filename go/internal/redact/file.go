package redact

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxUnzipped bounds what maskZip unpacks, in bytes: a hostile page can swell a trace.
const maxUnzipped = 1 << 30

// ErrTooLarge says that an archive unpacks to more than 1 GiB; it must not be published.
var ErrTooLarge = errors.New("archive unpacks to more than 1 GiB")

// File masks an evidence file in place and gives the path it has afterwards: a
// secret in its name is masked as well. Zip archives (a Playwright trace) are
// rewritten member by member, everything else is taken as bytes. The old file is
// replaced in one step and only when all went well; on an error the caller must
// not publish it.
func (m *Masker) File(path string) (string, error) {
	if info, err := os.Lstat(path); err != nil {
		return "", fmt.Errorf("mask evidence: %w", err)
	} else if !info.Mode().IsRegular() {
		return "", fmt.Errorf("mask evidence %s: expected a regular file, found %s", path, info.Mode().Type())
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".mask-*")
	if err != nil {
		return "", fmt.Errorf("mask evidence: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already where the rename took place
	err = m.copyFile(path, tmp)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return "", fmt.Errorf("mask evidence %s: %w", m.String(path), err)
	}
	clean := filepath.Join(filepath.Dir(path), m.String(filepath.Base(path)))
	if err := os.Rename(tmp.Name(), clean); err != nil {
		return "", fmt.Errorf("mask evidence: %w", err)
	}
	if clean != path {
		return clean, os.Remove(path)
	}
	return clean, nil
}

func (m *Masker) copyFile(path string, out *os.File) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := out.Chmod(info.Mode().Perm()); err != nil {
		return err
	}
	magic := make([]byte, 4)
	if n, _ := in.ReadAt(magic, 0); n == 4 && bytes.Equal(magic, []byte("PK\x03\x04")) {
		return maskZip(m, in, info.Size(), out)
	}
	return m.copy(out, in)
}

// maskZip writes the archive in, which is size bytes long, to out with the names and
// contents of all members masked. An archive inside the archive is not unpacked.
func maskZip(m *Masker, in io.ReaderAt, size int64, out io.Writer) error {
	from, err := zip.NewReader(in, size)
	if err != nil {
		return err
	}
	to, left := zip.NewWriter(out), int64(maxUnzipped)
	for _, f := range from.File {
		if err := m.member(to, f, &left); err != nil {
			return fmt.Errorf("member %s: %w", m.String(f.Name), err)
		}
	}
	return to.Close()
}

func (m *Masker) member(to *zip.Writer, f *zip.File, left *int64) error {
	w, err := to.CreateHeader(&zip.FileHeader{Name: m.String(f.Name), Method: f.Method, Modified: f.Modified})
	if err != nil {
		return err
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	limited := &io.LimitedReader{R: r, N: *left + 1}
	err = m.copy(w, limited)
	if *left = limited.N - 1; *left < 0 {
		return ErrTooLarge
	}
	return err
}

// copy masks all of in.
func (m *Masker) copy(out io.Writer, in io.Reader) error {
	w := m.Writer(out)
	_, err := io.CopyBuffer(w, in, make([]byte, 64<<10))
	return errors.Join(err, w.Close())
}
