package strength

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A shim may have held something of several apps: the recipe's, and those that it needs.
func TestRelease(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"docker": "#!/bin/sh\necho \"$*\" >>" + dir + "/calls\n[ \"$6\" != c1 ] || { echo busy; exit 1; }\n",
		"held":   "container c1\nvolume a_held\ncontainer c2\nvolume b_held\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	err := (&Copy{}).release(t.Context(), "unix:///x", dir)
	calls, _ := os.ReadFile(filepath.Join(dir, "calls"))
	want := "-H unix:///x container rm --force c1\n-H unix:///x container rm --force c2\n-H unix:///x volume rm --force a_held\n-H unix:///x volume rm --force b_held\n"
	if string(calls) != want || err == nil || !strings.Contains(err.Error(), "busy") {
		t.Errorf("%v\n%s", err, calls)
	}
	if err := (&Copy{}).release(t.Context(), "unix:///x", t.TempDir()); err != nil {
		t.Errorf("nothing was held: %v", err)
	}
}
