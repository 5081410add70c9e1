package recipe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoVersion means that the repository has no published version that fits.
var ErrNoVersion = errors.New("no published version")

// Tag is one version tag of a recipe.
type Tag struct {
	Name      string
	Commit    string // 40 hex digits, the tag object peeled
	Annotated bool   // a lightweight tag is no published version (abra's lint rule R014)
	Version   Version
}

// Tags gives the version tags of the clone in dir, oldest version first. Tags
// whose name is no version, or that name no commit, are left out.
func Tags(ctx context.Context, dir string) ([]Tag, error) {
	const format = "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)"
	out, err := gitOut(ctx, dir, "for-each-ref", "refs/tags", "--format="+format)
	if err != nil {
		return nil, fmt.Errorf("tags of %s: %w", dir, err)
	}
	var tags []Tag
	for line := range strings.Lines(string(out)) {
		if t, ok := parseTag(strings.TrimSuffix(line, "\n")); ok {
			tags = append(tags, t)
		}
	}
	slices.SortFunc(tags, func(a, b Tag) int { return a.Version.Compare(b.Version) })
	return tags, nil
}

// Newest gives the newest published version, ErrNoVersion where there is none.
func Newest(tags []Tag) (Tag, error) {
	for _, t := range slices.Backward(tags) {
		if t.Annotated {
			return t, nil
		}
	}
	return Tag{}, fmt.Errorf("%w: %s", ErrNoVersion, whyNone(tags))
}

func parseTag(line string) (Tag, bool) {
	f := strings.Split(line, "\x00")
	if len(f) != 5 {
		return Tag{}, false
	}
	v, err := ParseVersion(f[0])
	if err != nil {
		return Tag{}, false
	}
	switch {
	case f[1] == "commit":
		return Tag{Name: f[0], Commit: f[2], Version: v}, true
	case f[1] == "tag" && f[3] == "commit":
		return Tag{Name: f[0], Commit: f[4], Annotated: true, Version: v}, true
	}
	return Tag{}, false
}

// At is what is known of the commit under test when its predecessors are looked for.
type At struct {
	Commit string // 40 hex digits
	Label  string // the version label of its compose files; may be empty or no version
}

// Published gives the annotated tag by which at's own version is published, where at is a change on top of it: another
// commit, made of it and with other files. A label is raised when a version is released, so most changes bear that of
// the version which they change, and that is the one which operators come from (S2). dir is the clone.
func Published(ctx context.Context, dir string, tags []Tag, at At) (tag Tag, ok bool, err error) {
	own, err := ParseVersion(at.Label)
	if err != nil {
		return Tag{}, false, nil
	}
	i := slices.IndexFunc(tags, func(t Tag) bool { return t.Annotated && t.Version == own && t.Commit != at.Commit })
	if i < 0 {
		return Tag{}, false, nil
	}
	below, err := gitOut(ctx, dir, "for-each-ref", "--merged="+at.Commit, "--format=below", "refs/tags/"+tags[i].Name)
	if err != nil {
		return Tag{}, false, fmt.Errorf("tags below %.7s: %w", at.Commit, err)
	}
	trees, err := gitOut(ctx, dir, "rev-parse", tags[i].Commit+"^{tree}", at.Commit+"^{tree}")
	if err != nil {
		return Tag{}, false, fmt.Errorf("files of %.7s: %w", at.Commit, err)
	}
	its, ours, _ := strings.Cut(strings.TrimSpace(string(trees)), "\n")
	return tags[i], len(below) > 0 && its != ours, nil
}

// From gives the tag from which an upgrade to at starts. which is "previous",
// "previous-minor", "previous-major", "oldest" or a version.
//
// The first four look at annotated tags alone, leave out the commit's own tag and
// label, and nothing above the commit's own version counts: an upgrade never goes
// down. A version that is named may be lightweight. ErrNoVersion where none fits.
func From(tags []Tag, at At, which string) (Tag, error) {
	if v, err := ParseVersion(which); err == nil {
		i := slices.IndexFunc(tags, func(t Tag) bool { return t.Version == v })
		if i < 0 {
			return Tag{}, fmt.Errorf("%w: there is no tag %s", ErrNoVersion, which)
		}
		return tags[i], nil
	}
	published := before(tags, at)
	if len(published) == 0 {
		return Tag{}, fmt.Errorf("%w before %s: %s", ErrNoVersion, at.describe(), whyNone(tags))
	}
	last := published[len(published)-1].Version
	own, known := at.version(tags)
	if !known {
		own = Version{Major: last.Major, Minor: last.Minor, Patch: last.Patch + 1}
	}
	var fits func(v Version) bool
	switch which {
	case "previous":
		fits = func(Version) bool { return true }
	case "oldest":
		return published[0], nil
	case "previous-minor":
		fits = func(v Version) bool { return v.Major < own.Major || v.Major == own.Major && v.Minor < own.Minor }
	case "previous-major":
		fits = func(v Version) bool { return v.Major < own.Major }
	default:
		return Tag{}, fmt.Errorf("upgrade from %q: expected previous, previous-minor, previous-major, oldest or a version", which)
	}
	for _, t := range slices.Backward(published) {
		if fits(t.Version) {
			return t, nil
		}
	}
	return Tag{}, fmt.Errorf("%w: %s of %s: the oldest is %s", ErrNoVersion, which, at.describe(), published[0].Name)
}

// before gives the annotated tags below the commit's own version, oldest first.
func before(tags []Tag, at At) []Tag {
	own, known := at.version(tags)
	var out []Tag
	for _, t := range tags {
		if t.Annotated && t.Commit != at.Commit && (!known || t.Version.Compare(own) < 0) {
			out = append(out, t)
		}
	}
	return out
}

// version gives the commit's own version: its label, else its tag.
func (a At) version(tags []Tag) (Version, bool) {
	if v, err := ParseVersion(a.Label); err == nil {
		return v, true
	}
	for _, t := range slices.Backward(tags) {
		if t.Commit == a.Commit {
			return t.Version, true
		}
	}
	return Version{}, false
}

func (a At) describe() string {
	if a.Label != "" {
		return a.Label
	}
	return a.Commit
}

func whyNone(tags []Tag) string {
	light := slices.IndexFunc(tags, func(t Tag) bool { return !t.Annotated })
	switch {
	case len(tags) == 0:
		return "the repository has no version tag"
	case light >= 0:
		return fmt.Sprintf("tag %s is lightweight; publish versions with `git tag -a`", tags[light].Name)
	}
	return fmt.Sprintf("the oldest tag is %s", tags[0].Name)
}
