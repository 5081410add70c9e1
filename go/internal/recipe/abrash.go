package recipe

import (
	"regexp"
	"strings"
)

var exportLine = regexp.MustCompile(`^export[ \t]+([A-Za-z_][A-Za-z0-9_]*)=(?:"([^"$` + "`" + `\\]*)"|'([^']*)'|([^\s"'$` + "`" + `\\;&|<>()#]*))[ \t]*(?:;?[ \t]*(?:#.*)?)$`)

var anyExport = regexp.MustCompile(`^export[ \t]+([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// parseExports reads the `export NAME=value` lines of an abra.sh, which abra adds to
// the environment before it loads the compose files (contract section 6). The
// script is text here and is never run: a value that a shell would have to work
// out (`$X`, `$(...)`) stays as it is written, as it does for abra.
func parseExports(text string) map[string]string {
	exports := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if m := exportLine.FindStringSubmatch(line); m != nil {
			exports[m[1]] = m[2] + m[3] + m[4]
		} else if m := anyExport.FindStringSubmatch(line); m != nil {
			exports[m[1]] = strings.TrimSpace(m[2])
		}
	}
	return exports
}

var (
	// plainExport is what every reader of abra.sh takes for the same value: abra's own is known to want
	// a letter or digit behind the "=", so that it passes over quotes.
	plainExport = regexp.MustCompile(`^export [A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_]`)
	// plainRemark is one that means nothing in a path, a label's list or a router's rule: what takes the rest of the line for the value takes it, too.
	plainRemark = regexp.MustCompile(`^[A-Za-z0-9 ._-]*$`)
	exportStart = regexp.MustCompile(`^[ \t]*export[ \t]`)
	exportName  = regexp.MustCompile(`export[ \t]+([A-Za-z_][A-Za-z0-9_]*)=`)
)

// doubtfulExports gives the names whose export one reader of abra.sh may see and another may
// not, or read otherwise than parseExports does: on an indented line (in a function), behind
// another export on the same line, before a remark of more than words, with a value in quotes
// or none, or one that a shell would have to work out. What uses such a name can't be judged.
func doubtfulExports(text string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if !exportStart.MatchString(line) {
			continue
		}
		found := exportName.FindAllStringSubmatch(line, -1)
		_, remark, _ := strings.Cut(line, "#")
		if len(found) == 1 && plainExport.MatchString(line) && exportLine.MatchString(line) && plainRemark.MatchString(remark) {
			continue
		}
		for _, m := range found {
			names[m[1]] = true
		}
	}
	return names
}
