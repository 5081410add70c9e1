package recipe

import (
	"io"
	"os"
	"strings"
)

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
