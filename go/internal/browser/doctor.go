package browser

import (
	"context"
	"errors"
	"fmt"
	"os"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/sandbox"
	"coopcloud.tech/cc-ci/internal/site"
)

// Doctor checks what a run needs of this package: a driver of the right version, a
// Chromium, a sandbox around both, and a page drawn in it. It gives a line that says
// what was found, or what is missing.
func Doctor(ctx context.Context, p site.Browser) (line string, err error) {
	dir, err := os.MkdirTemp("", "cc-ci-doctor-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := NewSandbox(ctx, p, sandbox.Options{Run: fmt.Sprintf("doctor-%d", os.Getpid()), Dir: dir})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b, err := Start(ctx, Options{Paths: p, Sandbox: s, Dir: dir})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	_, _, err = b.Flow(ctx, "doctor", []plan.BrowserStep{
		{Goto: "data:text/html,<title>cc-ci</title><p>drawn"},
		{ExpectText: &plan.ExpectText{Text: "drawn"}},
	}, verbatim{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, playwright-core %s, %s", b.Version(), wantedVersion(), s.Isolation()), nil
}
