package trigger

import (
	"fmt"
	"regexp"
	"strconv"
)

// The names of a build's parameters (T7). They have a prefix because Drone puts them into
// every step's environment under their own names, PATH included.
const (
	ParamRecipe  = "CCCI_RECIPE"
	ParamRef     = "CCCI_REF"
	ParamPR      = "CCCI_PR"
	ParamSource  = "CCCI_SRC"
	ParamComment = "CCCI_COMMENT"
)

// Params are what a build is given (T7). They reach a shell, so Check is strict, and the
// run checks them again.
type Params struct {
	Recipe  string // folder under recipes/
	Ref     string // commit under test, 40 hex digits
	PR      int64  // 0 for the sweep
	Source  string // "owner/name" of the repository that the commit comes from
	Comment string // idempotency key: the comment's id, or what SweepKey gives
}

var (
	recipeForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)
	refForm     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	sourceForm  = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$`)
	commentForm = regexp.MustCompile(`^([1-9][0-9]{0,18}|sweep-[a-z0-9-]{1,100}-[0-9]{1,10})$`)
	pullForm    = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})$`)
)

// Check gives an error that names the parameter, what was expected and what was found.
func (p Params) Check() error {
	for _, v := range []struct {
		name, value string
		form        *regexp.Regexp
		expected    string
	}{
		{ParamRecipe, p.Recipe, recipeForm, "lower-case letters, digits and dashes"},
		{ParamRef, p.Ref, refForm, "a commit of 40 hex digits"},
		{ParamPR, strconv.FormatInt(p.PR, 10), pullForm, "a number of 0 or more"},
		{ParamSource, p.Source, sourceForm, "owner/name"},
		{ParamComment, p.Comment, commentForm, "a comment's id or sweep-<recipe>-<number>"},
	} {
		if !v.form.MatchString(v.value) {
			return fmt.Errorf("parameter %s: expected %s, found %.120q", v.name, v.expected, v.value)
		}
	}
	return nil
}

// Map gives the parameters under their names.
func (p Params) Map() map[string]string {
	return map[string]string{
		ParamRecipe:  p.Recipe,
		ParamRef:     p.Ref,
		ParamPR:      strconv.FormatInt(p.PR, 10),
		ParamSource:  p.Source,
		ParamComment: p.Comment,
	}
}

// ParseParams reads what Map wrote; get is os.Getenv in a step, or looks into a build's
// parameters. What it gives has passed Check.
func ParseParams(get func(name string) string) (Params, error) {
	p := Params{Recipe: get(ParamRecipe), Ref: get(ParamRef), Source: get(ParamSource), Comment: get(ParamComment)}
	if !pullForm.MatchString(get(ParamPR)) {
		return Params{}, fmt.Errorf("parameter %s: expected a number of 0 or more, found %.120q", ParamPR, get(ParamPR))
	}
	p.PR, _ = strconv.ParseInt(get(ParamPR), 10, 64)
	return p, p.Check()
}

// Of tells whether the build was made for the comment key.
func (b Build) Of(key string) bool { return key != "" && b.Params[ParamComment] == key }

// Recipe is the recipe that the build tests; empty for a build of another kind.
func (b Build) Recipe() string { return b.Params[ParamRecipe] }
