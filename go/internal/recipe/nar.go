package recipe

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"
)

// maxArchive bounds the tree that NarHash reads into memory.
const maxArchive = 256 << 20

type narEntry struct {
	header nar.Header
	data   []byte
}

// NarHash gives Nix's hash of the tree at HEAD of the clone in dir, in the form
// "sha256-BASE64": what `nix hash path` says of the unpacked `git archive HEAD`.
func NarHash(ctx context.Context, dir string) (string, error) {
	archive := capped{limit: maxArchive}
	if err := gitTo(ctx, dir, &archive, "archive", "--format=tar", "HEAD"); err != nil {
		return "", fmt.Errorf("nar hash of %s: %w", dir, err)
	}
	entries, err := readTar(&archive.kept)
	if err != nil {
		return "", fmt.Errorf("nar hash of %s: %w", dir, err)
	}
	hash := sha256.New()
	if err := writeNar(hash, entries); err != nil {
		return "", fmt.Errorf("nar hash of %s: %w", dir, err)
	}
	return "sha256-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)), nil
}

// readTar gives the archive's entries in NAR order: folder by folder, each
// folder's names as bytes.
func readTar(r io.Reader) ([]narEntry, error) {
	entries := []narEntry{{header: nar.Header{Path: "/", Type: nar.TypeDirectory}}}
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		e := narEntry{header: nar.Header{Path: "/" + strings.TrimSuffix(h.Name, "/")}}
		switch h.Typeflag {
		case tar.TypeDir:
			e.header.Type = nar.TypeDirectory
		case tar.TypeSymlink:
			e.header.Type, e.header.LinkTarget = nar.TypeSymlink, h.Linkname
		case tar.TypeReg:
			e.header.Type, e.header.Size, e.header.Executable = nar.TypeRegular, h.Size, h.Mode&0o111 != 0
			if e.data, err = io.ReadAll(t); err != nil {
				return nil, err
			}
		default:
			continue // the archive's comment with the commit's id
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b narEntry) int {
		return slices.Compare(strings.Split(a.header.Path, "/"), strings.Split(b.header.Path, "/"))
	})
	return entries, nil
}

func writeNar(w io.Writer, entries []narEntry) error {
	n, err := nar.NewWriter(w)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := n.WriteHeader(&e.header); err != nil {
			return err
		}
		if len(e.data) == 0 {
			continue // a folder or a link can't be written to
		}
		if _, err := n.Write(e.data); err != nil {
			return err
		}
	}
	return n.Close()
}
