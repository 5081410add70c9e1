// Command bench measures cc-ci and writes docs/benchmarks.md: see package bench. It is run by `make bench`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"coopcloud.tech/cc-ci/internal/bench"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each figure is measured")
	only := flag.String("only", strings.Join(bench.All(), ","), "tables to measure")
	root := flag.String("root", "..", "the repository")
	out := flag.String("out", "", "page whose sections of these tables are replaced; empty: the terminal alone")
	reports := flag.String("reports", "", "folder with reports of `cc-ci strength`, RECIPE.json; missing ones are put there")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := &bench.Runner{Root: *root, Rounds: *rounds, Reports: *reports, Log: func(s string) { fmt.Fprintln(os.Stderr, time.Now().UTC().Format("15:04:05Z"), s) }}
	if err := measure(ctx, r, strings.Split(*only, ","), *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure writes each table as soon as it is there, so that nothing of a long evening is lost.
func measure(ctx context.Context, r *bench.Runner, names []string, out string) error {
	if r.Rounds < 1 {
		return fmt.Errorf("-rounds: expected 1 or more, found %d", r.Rounds)
	}
	if err := bench.Known(names); err != nil {
		return err
	}
	var failed error
	for _, name := range names {
		t, err := r.Measure(ctx, name)
		if t == nil {
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, err)
		if err := errors.Join(t.Markdown(os.Stdout), put(t, out)); err != nil {
			return errors.Join(failed, err)
		}
	}
	return failed
}

func put(t *bench.Table, out string) error {
	if out == "" {
		return nil
	}
	p, err := bench.LoadPage(out)
	if err != nil {
		return err
	}
	if err := p.Put(t); err != nil {
		return err
	}
	return p.Write(out)
}
