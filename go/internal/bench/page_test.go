package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	measured := func(name, figure string) {
		t.Helper()
		p, err := LoadPage(path)
		if err != nil {
			t.Fatal(err)
		}
		table := Table{Name: name, Title: "The " + name, Head: []string{"a"}}
		table.row(figure)
		if err := p.Put(&table); err != nil {
			t.Fatal(err)
		}
		if err := p.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	measured("masker", "old masker")
	measured("whole-demo", "whole")
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first = []byte(strings.Replace(string(first), "whole |\n", "whole |\n\n"+byHand+"Where its time goes.\n", 1) + "\n" + byHand + "Two lines,\nkept.\n")
	if err := os.WriteFile(path, first, 0o644); err != nil {
		t.Fatal(err)
	}
	measured("masker", "new masker")
	second, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(string(first), "old masker", "new masker", 1); string(second) != want {
		t.Errorf("expected the one section replaced, found\n%s", second)
	}
	if !strings.HasPrefix(string(second), head) || strings.Index(string(second), "The whole-demo") > strings.Index(string(second), "The masker") {
		t.Errorf("expected the head, then sections in the order of the tables, found\n%s", second)
	}
	if err := os.WriteFile(path, []byte("<!-- table: masker\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadPage(path); err == nil || !strings.Contains(err.Error(), path+": expected `<!-- table: NAME -->`") {
		t.Errorf("expected an error that names the file and what belongs there, found %v", err)
	}
}

func TestKnown(t *testing.T) {
	if err := Known(append(All(), "strength")); err != nil {
		t.Error(err)
	}
	if err := Known([]string{"whole"}); err == nil || !strings.Contains(err.Error(), `whole-minio`) || !strings.Contains(err.Error(), `found "whole"`) {
		t.Errorf("expected an error that names the tables, found %v", err)
	}
}
