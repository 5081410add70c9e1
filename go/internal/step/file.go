package step

import (
	"context"
	"fmt"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// file writes a file of a service's container, or compares one.
func (r *runner) file(ctx context.Context, f *plan.File) error {
	path, err := r.Vars.Expand(f.Path)
	if err != nil {
		return err
	}
	if f.Write != nil {
		text, err := r.Vars.Expand(*f.Write)
		if err != nil {
			return err
		}
		return r.App.WriteFile(ctx, f.Service, path, []byte(text))
	}
	content, found, err := r.App.ReadFile(ctx, f.Service, path)
	if err != nil {
		return err
	}
	switch {
	case f.Absent && found:
		return &result.Failure{Expected: "no such file", Seen: fmt.Sprintf("one of %d bytes", len(content))}
	case f.Absent:
		return nil
	case !found:
		return &result.Failure{Expected: "a file", Seen: "none"}
	}
	want, err := r.Vars.Expand(*f.Expect)
	if err != nil {
		return err
	}
	if want != string(content) {
		return &result.Failure{Expected: "the content " + quote(*f.Expect), Seen: r.seen(string(content))}
	}
	return nil
}
