package clone

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var versionTag = regexp.MustCompile(`^v?(\d+)\.(\d+)\.(\d+)\+(.+)$`)

// tag is one recipe version in the clone.
type tag struct {
	name      string
	annotated bool
}

func (c Clone) tags(ctx context.Context) ([]tag, error) {
	out, err := c.git(ctx, "for-each-ref", "--format=%(objecttype) %(refname:strip=2)", "refs/tags")
	if err != nil {
		return nil, err
	}
	var tags []tag
	for line := range strings.SplitSeq(out, "\n") {
		kind, name, ok := strings.Cut(line, " ")
		if ok && versionTag.MatchString(name) {
			tags = append(tags, tag{name, kind == "tag"})
		}
	}
	slices.SortFunc(tags, func(a, b tag) int { return Compare(a.name, b.name) })
	return tags, nil
}

// Versions gives the tags that are recipe versions (X.Y.Z+upstream), oldest first.
func (c Clone) Versions(ctx context.Context) ([]string, error) {
	tags, err := c.tags(ctx)
	names := make([]string, len(tags))
	for i, t := range tags {
		names[i] = t.name
	}
	return names, err
}

// Latest gives the newest version, or the short hash of HEAD where there is no tag.
func (c Clone) Latest(ctx context.Context) (string, error) {
	versions, err := c.Versions(ctx)
	if err != nil {
		return "", err
	}
	if len(versions) == 0 {
		return c.shortHash(ctx)
	}
	return versions[len(versions)-1], nil
}

// Lint gives an error where an error-level rule fails. Only R014 is enforced: it is the
// one whose effect on a deploy was seen.
func (c Clone) Lint(ctx context.Context) error {
	tags, err := c.tags(ctx)
	if err != nil {
		return err
	}
	for _, t := range tags {
		if !t.annotated {
			return fmt.Errorf("recipe %s failed lint checks: R014 only annotated tags used for recipe version: %s is lightweight", c.Name, t.name)
		}
	}
	return nil
}

// Compare orders two versions: the recipe's three numbers first, then the upstream
// part, whose runs of digits compare as numbers. A tag of another form comes first.
func Compare(a, b string) int {
	ma, mb := versionTag.FindStringSubmatch(a), versionTag.FindStringSubmatch(b)
	if ma == nil || mb == nil {
		return cmp.Or(cmp.Compare(len(ma), len(mb)), cmp.Compare(a, b))
	}
	for i := 1; i <= 3; i++ {
		if order := compareNumbers(ma[i], mb[i]); order != 0 {
			return order
		}
	}
	return compareNatural(ma[4], mb[4])
}

var digitsOrNot = regexp.MustCompile(`\d+|\D+`)

func compareNatural(a, b string) int {
	wa, wb := digitsOrNot.FindAllString(a, -1), digitsOrNot.FindAllString(b, -1)
	return slices.CompareFunc(wa, wb, func(x, y string) int {
		if x[0] >= '0' && x[0] <= '9' && y[0] >= '0' && y[0] <= '9' {
			return compareNumbers(x, y)
		}
		return cmp.Compare(x, y)
	})
}

func compareNumbers(a, b string) int {
	na, errA := strconv.ParseUint(a, 10, 64)
	nb, errB := strconv.ParseUint(b, 10, 64)
	if errA != nil || errB != nil {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
	return cmp.Compare(na, nb)
}
