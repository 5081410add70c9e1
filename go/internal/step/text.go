package step

import (
	"fmt"
	"strconv"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// readable is the length in bytes up to which a text is shown; looked is how much of
// it is masked before it is cut, which is more than any mask can shrink.
const (
	readable = 300
	looked   = 64 << 10
)

// describe says what a step does, in the words of the plan.
func describe(s plan.Step) string {
	switch {
	case s.HTTP != nil:
		return short(method(s.HTTP) + " " + s.HTTP.Path)
	case s.Exec != nil:
		return short(s.Exec.Service + ": " + strings.Join(s.Exec.Command, " "))
	case s.File != nil:
		return short(s.File.String())
	case s.Save != nil:
		return short("save " + s.Save.As)
	case s.Browser != nil:
		return fmt.Sprintf("browser, %d steps", len(s.Browser))
	}
	return "nothing"
}

// quote shows a template of the plan.
func quote(template string) string { return strconv.Quote(short(template)) }

// seen shows what came from the app: masked, cut, control characters escaped.
func (r *runner) seen(text string) string {
	if len(r.hidden) > 0 {
		return "not shown, since it may hold the secret " + strings.Join(r.hidden, " or ")
	}
	return strconv.Quote(r.cut(text))
}

// cut masks and cuts an error's text.
func (r *runner) cut(text string) string {
	return short(r.Mask(text[:min(len(text), looked)]))
}

func short(text string) string { return result.Cut(text, readable) }
