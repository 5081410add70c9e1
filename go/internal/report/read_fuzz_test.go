package report

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead reads what another runner, another version or a torn disk may have left as
// result.json. What is accepted is written and read again without a change, and drawn as an inert page.
func FuzzRead(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range seeds {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(bytes.NewReader(b), "result.json")
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := JSON(&first, r); err != nil {
			t.Skip(err) // what can't be written never came from a run
		}
		again, err := Read(bytes.NewReader(first.Bytes()), "result.json")
		if err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, first.Bytes())
		}
		if err := JSON(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("written again it differs, %v:\n%s\n%s", err, first.Bytes(), second.Bytes())
		}
		doc := page(t, sample{result: r})
		noControls(t, doc)
		validPage(t, doc)
	})
}
