package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/sys/atomicwriter"
)

// cursor is all that the bridge keeps on disk.
type cursor struct {
	Version int              `json:"version"`         // 1
	Floor   time.Time        `json:"floor"`           // the first start, by the forge's clock: no older comment ever fires (T5)
	Settled time.Time        `json:"settled"`         // every comment from before is settled
	Swept   map[string]int64 `json:"swept,omitempty"` // recipe -> the last round of the sweep that is done with
}

const cursorFile = "cursor.json"

// readCursor gives a zero cursor where there is no file: a first start. A file that
// can't be understood is an error: to begin anew would lose comments in silence.
func readCursor(dir string) (cursor, error) {
	path := filepath.Join(dir, cursorFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return cursor{Version: 1}, nil
	}
	if err != nil {
		return cursor{}, err
	}
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil {
		return cursor{}, fmt.Errorf("%s: %w; remove it to begin anew: comments from before then are never run", path, err)
	}
	if c.Version != 1 || c.Floor.IsZero() || c.Settled.Before(c.Floor) {
		return cursor{}, fmt.Errorf("%s: expected version 1 with floor <= settled, found %.200q; remove it to begin anew: comments from before then are never run", path, b)
	}
	return c, nil
}

// write replaces the file as a whole: a kill leaves the old one or the new one.
func (c cursor) write(dir string) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicwriter.WriteFile(filepath.Join(dir, cursorFile), append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("cursor: %w", err)
	}
	return nil
}

// removeTorn removes what a kill left of a write: atomicwriter names it so.
func removeTorn(dir string) {
	old, _ := filepath.Glob(filepath.Join(dir, ".tmp-"+cursorFile+"*"))
	for _, f := range old {
		os.Remove(f)
	}
}
