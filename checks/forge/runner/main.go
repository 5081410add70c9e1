// Command runner carries out exec pipelines for a Drone server, for tests alone.
//
// It stands in for drone-runner-exec, whose module can't be had: the protocol, the order of
// steps, statuses and logs are those of drone/runner-go, the library that one is made of. What is ours
// is what a pipeline becomes (compile.go) and how a step is run and killed (engine.go). The
// variables of its configuration are the real one's: DRONE_RPC_PROTO, DRONE_RPC_HOST, DRONE_RPC_SECRET,
// DRONE_RUNNER_CAPACITY, DRONE_RUNNER_NAME, DRONE_RUNNER_ENVFILE, DRONE_RUNNER_ROOT, DRONE_LIMIT_REPOS, DRONE_LIMIT_EVENTS.
//
// SIGTERM drains it: no new build is taken, those that run go on to their ends.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/drone/drone-go/drone"
	"github.com/drone/runner-go/client"
	"github.com/drone/runner-go/manifest"
	"github.com/drone/runner-go/pipeline"
	"github.com/drone/runner-go/pipeline/reporter/remote"
	engine "github.com/drone/runner-go/pipeline/runtime"
	"github.com/drone/runner-go/poller"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "runner:", err)
		os.Exit(1)
	}
}

func run() error {
	capacity, err := strconv.Atoi(or(os.Getenv("DRONE_RUNNER_CAPACITY"), "2"))
	if err != nil || capacity < 1 {
		return fmt.Errorf("DRONE_RUNNER_CAPACITY: expected a number of 1 or more, found %q", os.Getenv("DRONE_RUNNER_CAPACITY"))
	}
	extra, err := envFile(os.Getenv("DRONE_RUNNER_ENVFILE"))
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	server := client.New(or(os.Getenv("DRONE_RPC_PROTO"), "http")+"://"+os.Getenv("DRONE_RPC_HOST"), os.Getenv("DRONE_RPC_SECRET"), false)
	if err := server.Ping(ctx, "runner"); err != nil {
		return fmt.Errorf("ping of %s: %w", server.Endpoint, err)
	}
	report := remote.New(server)
	manifest.Register(parse)
	r := &engine.Runner{
		Machine:  or(os.Getenv("DRONE_RUNNER_NAME"), "runner"),
		Environ:  extra,
		Client:   server,
		Compiler: compiler{root: or(os.Getenv("DRONE_RUNNER_ROOT"), os.TempDir()), extra: extra},
		Reporter: report,
		Exec:     engine.NewExecer(report, report, pipeline.NopUploader(), processes{}, 0).Exec,
		Lookup:   lookup,
		Match:    limits(os.Getenv("DRONE_LIMIT_REPOS"), os.Getenv("DRONE_LIMIT_EVENTS")),
		Lint:     func(manifest.Resource, *drone.Repo) error { return nil },
	}
	p := poller.Poller{
		Client:   server,
		Filter:   &client.Filter{Kind: "pipeline", Type: "exec", OS: runtime.GOOS, Arch: runtime.GOARCH},
		Dispatch: r.Run,
	}
	fmt.Fprintf(os.Stderr, "runner: takes builds of %s, %d at a time\n", server.Endpoint, capacity)
	p.Poll(ctx, capacity)
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// envFile reads lines of NAME=value that every step gets.
func envFile(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), "="); ok && !strings.HasPrefix(name, "#") {
			out[name] = value
		}
	}
	return out, nil
}
