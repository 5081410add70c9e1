package clone

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

var exportLine = regexp.MustCompile(`(?m)^[ \t]*export[ \t]+([A-Za-z_][A-Za-z0-9_]*)=([^\n#]*)`)

// Exports gives the variables that abra.sh exports. The file is read, never run:
// `export NAME=value` lines alone count. A recipe without abra.sh has none.
func (c Clone) Exports() (map[string]string, error) {
	b, err := os.ReadFile(c.Path("abra.sh"))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, m := range exportLine.FindAllStringSubmatch(string(b), -1) {
		out[m[1]] = strings.Trim(strings.TrimSpace(m[2]), `"'`)
	}
	return out, nil
}
