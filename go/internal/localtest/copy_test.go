package localtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/result"
)

// tree makes a folder tests/: a text that begins with #! becomes an executable, one with -> a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "tests")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		at := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		target, isLink := strings.CutPrefix(text, "-> ")
		mode := os.FileMode(0o600)
		if strings.HasPrefix(text, "#!") {
			mode = 0o700
		}
		err := os.WriteFile(at, []byte(text), mode)
		if isLink {
			err = os.Symlink(target, at+".link")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCopy(t *testing.T) {
	from := tree(t, map[string]string{
		"test_a.py": "", "deep/b_test.py": "", "conftest.py": "", "run": "#!/bin/sh\n", "test_x.py": "#!/usr/bin/python3\n",
		"steps.json": "[]", "data.json": "{}", "broken.json": "[{", "README.md": "", "a": "-> run", "deep/up": "-> ../test_a.py",
	})
	to := filepath.Join(t.TempDir(), "copy")
	files, err := Copy(from, to)
	if err != nil {
		t.Fatal(err)
	}
	want := []File{{"broken.json", StepFile}, {"deep/b_test.py", Pytest}, {"run", Executable}, {"steps.json", StepFile}, {"test_a.py", Pytest}, {"test_x.py", Pytest}}
	if !slices.Equal(files, want) {
		t.Errorf("files:\nwant %v\ngot  %v", want, files)
	}
	for name, want := range map[string]os.FileMode{"run": 0o555, "conftest.py": 0o444, "deep": 0o755} {
		info, err := os.Stat(filepath.Join(to, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: want mode %o, got %v, %v", name, want, info.Mode(), err)
		}
	}
	if target, err := os.Readlink(filepath.Join(to, "deep/up.link")); target != "../test_a.py" {
		t.Errorf("link inside: got %q, %v", target, err)
	}
}

func TestCopyRefuses(t *testing.T) {
	many := map[string]string{}
	for i := range maxFiles + 1 {
		many[strings.Repeat("x", i%200+1)+string(rune('a'+i/200))] = ""
	}
	tests := map[string]string{}
	for i := range maxTestFiles + 1 {
		tests[fmt.Sprintf("test_%d.py", i)] = ""
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"too many tests":        {tests, "200 test files"},
		"absolute link":         {map[string]string{"x": "-> /etc/passwd"}, "/etc/passwd"},
		"link to the clone":     {map[string]string{"x": "-> ../compose.yml"}, "compose.yml"},
		"link out and in again": {map[string]string{"x": "-> ../tests/y", "y": ""}, "inside tests/"},
		"link to nothing":       {map[string]string{"x": "-> nothing"}, "nothing"},
		"too many files":        {many, "2000 files"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Copy(tree(t, tt.files), filepath.Join(t.TempDir(), "copy"))
			if err == nil || !strings.Contains(err.Error(), tt.want) || result.OutcomeOf(err) != result.Fail {
				t.Errorf("expected the recipe's fault with %q, got %v", tt.want, err)
			}
		})
	}
	t.Run("no folder", func(t *testing.T) {
		at := filepath.Join(t.TempDir(), "tests")
		if err := os.Symlink("/etc", at); err != nil {
			t.Fatal(err)
		}
		if _, err := Copy(at, filepath.Join(t.TempDir(), "copy")); result.OutcomeOf(err) != result.Fail {
			t.Errorf("expected the recipe's fault, got %v", err)
		}
	})
}
