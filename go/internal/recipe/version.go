package recipe

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Version is a recipe version X.Y.Z+upstream (contract section 5).
type Version struct {
	Major, Minor, Patch uint64
	Upstream            string // the main app's version, as written
}

var versionForm = regexp.MustCompile(`^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\+([0-9A-Za-z][0-9A-Za-z._-]{0,127})$`)

// ParseVersion reads a tag or label; an error says what was expected.
func ParseVersion(s string) (Version, error) {
	m := versionForm.FindStringSubmatch(s)
	if m == nil {
		return Version{}, fmt.Errorf("recipe version %q: expected X.Y.Z+UPSTREAM, such as 1.2.0+3.4.5", s)
	}
	var n [3]uint64
	for i := range n {
		n[i], _ = strconv.ParseUint(m[i+1], 10, 64) // the form allows nine digits at most
	}
	return Version{Major: n[0], Minor: n[1], Patch: n[2], Upstream: m[4]}, nil
}

// String gives the version as its tag writes it.
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d+%s", v.Major, v.Minor, v.Patch, v.Upstream)
}

// Compare orders versions: the left part's three numbers first, then the right
// part piece by piece, digits as numbers. It is a total order.
func (v Version) Compare(w Version) int {
	return cmp.Or(
		cmp.Compare(v.Major, w.Major),
		cmp.Compare(v.Minor, w.Minor),
		cmp.Compare(v.Patch, w.Patch),
		compareUpstream(v.Upstream, w.Upstream),
		cmp.Compare(v.Upstream, w.Upstream),
	)
}

var upstreamPieces = regexp.MustCompile(`\d+|[A-Za-z]+`)

// compareUpstream compares piece by piece. The end of a version stands between a
// pre-release word and anything else: 1.0-rc1 < 1.0 < 1.0-b < 1.0.1.
func compareUpstream(a, b string) int {
	p, q := pieces(a), pieces(b)
	for i := range max(len(p), len(q)) {
		x, y := pieceAt(p, i), pieceAt(q, i)
		if c := cmp.Or(cmp.Compare(rank(x), rank(y)), comparePiece(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

func pieces(s string) []string {
	p := upstreamPieces.FindAllString(s, -1)
	if len(p) > 0 && strings.EqualFold(p[0], "v") {
		return p[1:]
	}
	return p
}

func pieceAt(p []string, i int) string {
	if i < len(p) {
		return p[i]
	}
	return ""
}

func rank(piece string) int {
	switch {
	case piece == "":
		return 1
	case isDigit(piece[0]):
		return 3
	}
	switch strings.ToLower(piece) {
	case "alpha", "beta", "dev", "pre", "preview", "rc":
		return 0
	}
	return 2
}

func comparePiece(a, b string) int {
	if a == "" || b == "" || !isDigit(a[0]) {
		return cmp.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
