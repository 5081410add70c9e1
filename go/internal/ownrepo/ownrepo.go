// Package ownrepo runs git in repositories that cc-ci made itself: the copy of a recipe that is to be broken, the recipe
// that lives for one check of abra, the upstreams of tests.
//
// Contract: git's settings of the user and of the machine, hooks and signing keys have no say. The author is cc-ci.
//
// Limits: what others wrote is for package recipe, which bounds it and turns off what it could make git do.
package ownrepo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Git runs git in dir and gives what it printed, trimmed. The error carries that too.
func Git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=/dev/null"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LC_ALL=C",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=cc-ci", "GIT_AUTHOR_EMAIL=cc-ci@localhost", "GIT_COMMITTER_NAME=cc-ci", "GIT_COMMITTER_EMAIL=cc-ci@localhost",
	}
	b, err := cmd.CombinedOutput()
	out := strings.TrimSpace(string(b))
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return out, nil
}
