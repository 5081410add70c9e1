package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// FuzzUnpack unpacks what another host signed, hostile as it may have become: nothing lies
// elsewhere than in the folder, and in it lie plain files with the names of a run's alone.
func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"result.json", "log/install", "../out", "/etc/passwd", "log/../../out", "evidence/a b.png"} {
		for _, kind := range []byte{tar.TypeReg, tar.TypeSymlink, tar.TypeLink, tar.TypeDir} {
			f.Add(oneEntry(f, name, kind))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		outer := t.TempDir()
		if err := os.Mkdir(filepath.Join(outer, "run"), 0o755); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(filepath.Join(outer, "run"))
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		_ = unpack(&packed, root) // refused or not, what it left is judged
		if list, err := os.ReadDir(outer); err != nil || len(list) != 1 {
			t.Errorf("something lies beside the folder: %v, %v", list, err)
		}
		err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (!d.Type().IsRegular() || !allowed(name)) {
				t.Errorf("%s, %s, was unpacked", name, d.Type())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// oneEntry is an archive with one entry.
func oneEntry(f *testing.F, name string, kind byte) []byte {
	f.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	h := &tar.Header{Name: name, Typeflag: kind, Mode: 0o644, Linkname: "/etc"}
	if kind == tar.TypeReg {
		h.Size, h.Linkname = 2, ""
	}
	if err := w.WriteHeader(h); err != nil {
		f.Fatal(err)
	}
	if kind == tar.TypeReg {
		if _, err := w.Write([]byte("{}")); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}
