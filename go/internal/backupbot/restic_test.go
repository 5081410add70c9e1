package backupbot

import "testing"

func TestTelling(t *testing.T) {
	for name, tt := range map[string]struct{ said, want string }{
		"one line":  {"Fatal: repository does not exist\n", "Fatal: repository does not exist"},
		"last line": {"using parent snapshot\nFatal: wrong password\n", "Fatal: wrong password"},
		"what was counted": {
			"ignoring error for /volumes/data/_data/tmp/x: UtimesNano: no such file or directory\nignoring error for /volumes/data/_data/tmp: rmdir: directory not empty\nFatal: There were 2 errors\n",
			"ignoring error for /volumes/data/_data/tmp/x: UtimesNano: no such file or directory (Fatal: There were 2 errors)",
		},
		"the count alone": {"Fatal: There were 2 errors\n", "Fatal: There were 2 errors"},
		"a file that went": {
			`{"message_type":"error","error":{"Op":"lstat","Path":"/volumes/db/_data/x","Err":2},"during":"scan","item":"/volumes/db/_data/x"}` + "\nWarning: at least one source file could not be read\n",
			"lstat \"/volumes/db/_data/x\": no such file or directory (Warning: at least one source file could not be read)",
		},
		"a link out": {"first\nopen /volumes/data: too many levels of symbolic links\nlast\n", "open /volumes/data: too many levels of symbolic links"},
		"nothing":    {"", ""},
	} {
		if got := telling(tt.said); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
