package follow

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

func build(number int64, key string) result.Build {
	return result.Build{Key: key, Repository: "org/cc-ci", Number: number}
}

func TestClaims(t *testing.T) {
	c, err := OpenClaims(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Take("a", build(17, "4711")); err != nil {
		t.Fatal(err)
	}
	if run, err := c.Of(build(17, "")); run != "a" || err != nil {
		t.Errorf("build 17: %q, %v", run, err)
	}
	var duplicate DuplicateError
	if err := c.Take("b", build(18, "4711")); !errors.As(err, &duplicate) || duplicate.First.Run != "a" || !strings.Contains(err.Error(), "duplicate of build 17 of org/cc-ci") {
		t.Errorf("the same key again: %v", err)
	}
	if _, err := c.Of(build(18, "")); !errors.As(err, &duplicate) || duplicate.First.Build.Number != 17 {
		t.Errorf("the build of the same key: %v", err)
	}
	if err := c.Take("c", build(17, "4712")); err == nil || !strings.Contains(err.Error(), "has started run a already") {
		t.Errorf("a second run of a build: %v", err)
	}
	if _, err := c.Of(build(19, "")); !errors.Is(err, ErrNoRun) {
		t.Errorf("a build without a run: %v", err)
	}
	other := build(17, "4713")
	other.Repository = "org/other"
	if err := c.Take("d", other); err != nil {
		t.Errorf("the same number in another repository: %v", err)
	}
	for _, key := range []string{"", "../x", "A", "-x", strings.Repeat("a", 151)} {
		if err := c.Take("e", build(20, key)); err == nil || !strings.Contains(err.Error(), "trigger") {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

// Of many that claim one key at the same time, one has it.
func TestClaimOnce(t *testing.T) {
	c, err := OpenClaims(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	won := make(chan string, 50)
	for i := range 50 {
		all.Go(func() {
			run := fmt.Sprint("run-", i)
			if c.Take(run, build(int64(i+1), "4711")) == nil {
				won <- run
			}
		})
	}
	all.Wait()
	if len(won) != 1 {
		t.Errorf("%d runs have the key", len(won))
	}
}

func TestPruneClaims(t *testing.T) {
	c, err := OpenClaims(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"old", "new"} {
		if err := c.Take(key, build(int64(i+1), key)); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	past := now.Add(-claimAge - time.Hour)
	if err := os.Chtimes(filepath.Join(c.dir, "key-old"), past, past); err != nil {
		t.Fatal(err)
	}
	if err := c.Prune(now); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(c.dir, "*")); len(left) != 3 {
		t.Errorf("left: %q", left)
	}
}

func TestBuildOf(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		want *result.Build
		err  string
	}{
		{"a shell", nil, nil, ""},
		{"a step", map[string]string{"DRONE_REPO": "org/cc-ci", "DRONE_BUILD_NUMBER": "17", "DRONE_BUILD_LINK": "https://drone/17", "KEY": "4711"},
			&result.Build{Key: "4711", Repository: "org/cc-ci", Number: 17, Link: "https://drone/17"}, ""},
		{"no number", map[string]string{"DRONE_REPO": "org/cc-ci"}, nil, "DRONE_BUILD_NUMBER"},
		{"a number that is none", map[string]string{"DRONE_REPO": "org/cc-ci", "DRONE_BUILD_NUMBER": "../1"}, nil, "DRONE_BUILD_NUMBER"},
		{"no repository", map[string]string{"DRONE_BUILD_NUMBER": "17"}, nil, "DRONE_REPO"},
		{"a repository that climbs", map[string]string{"DRONE_REPO": "../../x", "DRONE_BUILD_NUMBER": "17"}, nil, "DRONE_REPO"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := BuildOf(func(name string) string { return c.env[name] }, "KEY")
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
			if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
