package stage

import (
	"fmt"
	"io"
	"os"
	"strings"

	"coopcloud.tech/cc-ci/internal/app"
)

// Edge is one upgrade to try: from a published version to the commit under test.
type Edge struct {
	From string      // as the plan asks for it: "previous", "oldest", a version
	Tag  string      // the published version; empty where Gap says that there is none
	Old  app.Version // the published version, for a new app
	New  app.Version // the commit under test over Old's env file (app.PrepareOver)

	OldOverride, NewOverride []byte

	Note    string // the release note for operators; empty where the recipe has none
	Gap     error  // why it can't be tried, which says nothing about the new version
	Refused error  // why the new version must not be deployed over the old one's env
}

// String is "1.1.0+2.0.0 -> a1b2c3d".
func (e Edge) String() string { return fmt.Sprintf("%s -> %.7s", e.Tag, e.New.Commit) }

// maxNote bounds what of a release note is shown, in bytes.
const maxNote = 600

// ReleaseNote gives what the recipe in dir tells the operators of version: the file
// release/<version>, else release/next; "" where there is neither. Runs of white space
// become one space.
func ReleaseNote(dir, version string) string {
	root, err := os.OpenRoot(dir) // a link of a hostile recipe leads nowhere else
	if err != nil {
		return ""
	}
	defer root.Close()
	for _, name := range []string{version, "next"} {
		if name == "" || strings.ContainsAny(name, "/\\") {
			continue
		}
		if text := readNote(root, "release/"+name); text != "" {
			return text
		}
	}
	return ""
}

func readNote(root *os.Root, name string) string {
	info, err := root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxNote+1))
	if err != nil {
		return ""
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(b[:min(len(b), maxNote)]), "")), " ")
	if len(b) > maxNote {
		text += " ..."
	}
	return text
}
