// Package localtest runs the tests that a recipe's repository brings in its tests/
// folder (S4): it finds them, runs pytest files and executables in a sandbox of
// their own (P6), and turns what they said into result's steps.
//
// Contract. Everything in tests/ is hostile. Copy takes only what lies inside and
// bounds it. Box runs one file at a time: tests/ is read-only at /tests, the only
// network is the run's hosts on port 443, the environment holds the app's address and
// no secret, and a file that outlives its limit, forks or grows beyond the sandbox's
// limits is ended as a whole and named. What a file says about itself counts
// only against it: an exit status other than 0 is red whatever its report says, and
// so is a failed test in the report whatever the exit status.
//
// Limits. Step files are only found here; package stage runs them with package step.
// At most maxOutput bytes of a file's output are kept. Without a control group (see
// sandbox.Sandbox.Isolation) a file that forks too much is still ended at its time
// limit, but not named for it.
package localtest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/sandbox"
)

// maxOutput bounds what is kept of one file's output, in bytes.
const maxOutput = 1 << 20

// maxKept bounds what is kept of the output of all files together, in bytes.
const maxKept = 16 << 20

// Limits on all that one file starts. Its /tmp and HOME are memory too.
const (
	maxMemory = 1 << 30 // bytes
	maxPids   = 256
)

// Options say what is tested and where.
type Options struct {
	Run    string // the run's id
	Dir    string // an existing private folder of the run
	Tests  string // the folder that Copy made
	Router string // host:port; empty: each host's own address
	Hosts  []string
	CA     string        // PEM file that TLS clients inside trust; empty: the machine's own
	Env    []string      // "NAME=value", for the tests; never a secret
	Limit  time.Duration // of one file
	Whole  time.Duration // of all files
	Mask   func(string) string
	Log    func(line string) // output of the tests, and what is said about it
}

// Box is the sandbox of one recipe's tests.
type Box struct {
	Options
	box  *sandbox.Sandbox
	kept int // bytes of output so far
}

// caInside is where the CA's certificate lies inside.
const caInside = "/etc/cc-ci/ca.pem"

// caVariables are what common TLS clients read: OpenSSL and Python, requests, curl, Node.js.
var caVariables = []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}

// Open makes the sandbox for files. Where there are pytest files and no pytest, the
// error says so: that is the machine's fault. The caller closes the Box.
func Open(ctx context.Context, o Options, files []File) (*Box, error) {
	binds := []sandbox.Bind{{Host: o.Tests, Inside: "/tests"}}
	env := append(slices.Clone(o.Env), "PYTHONDONTWRITEBYTECODE=1")
	if o.CA != "" {
		real, err := filepath.EvalSymlinks(o.CA)
		if err != nil {
			return nil, fmt.Errorf("site: ca: %w", err)
		}
		binds = append(binds, sandbox.Bind{Host: real, Inside: caInside})
		for _, name := range caVariables {
			env = append(env, name+"="+caInside)
		}
	}
	box, err := sandbox.New(ctx, sandbox.Options{
		Run: o.Run, Name: "local", Dir: o.Dir, Router: o.Router, Hosts: o.Hosts, Binds: binds, Env: env,
		Limits: sandbox.Limits{Memory: maxMemory, Pids: maxPids, Time: o.Whole},
	})
	if err != nil {
		return nil, err
	}
	b := &Box{Options: o, box: box}
	if !slices.ContainsFunc(files, func(f File) bool { return f.Kind == Pytest }) {
		return b, nil
	}
	if err := b.hasPytest(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// hasPytest looks for pytest where the tests will: a Python of the person who runs cc-ci is not seen inside.
func (b *Box) hasPytest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, err := b.box.Command(ctx, "/bin/sh", "-c", "python3 -c 'import pytest; print(pytest.__version__)' 2>&1").Output()
	if err != nil {
		return fmt.Errorf("tests/ has pytest files, and this machine's own Python has no pytest (Debian: python3-pytest): %w: %s", err, result.LastLine(string(out)))
	}
	b.Log("pytest " + strings.TrimSpace(string(out)))
	return nil
}

// Isolation says in one line what is in force.
func (b *Box) Isolation() string { return b.box.Isolation() }

// Close ends everything inside and removes the sandbox.
func (b *Box) Close() error { return b.box.Close() }
