// Command bench measures cc-ci and writes docs/benchmarks.md: see package bench. It is run by `make bench`.
package main

import (
	"bytes"
	"context"
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
	out := flag.String("out", "", "file to write; empty: the terminal alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, *rounds, strings.Split(*only, ","), *root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure writes what was measured also where something was not.
func measure(ctx context.Context, rounds int, names []string, root, out string) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds: expected 1 or more, found %d", rounds)
	}
	r := &bench.Runner{Root: root, Rounds: rounds, Log: func(s string) { fmt.Fprintln(os.Stderr, time.Now().UTC().Format("15:04:05Z"), s) }}
	before := bench.Load()
	tables, failed := r.Tables(ctx, names)
	var page bytes.Buffer
	fmt.Fprintf(&page, "# Benchmarks\n\nWritten by `make bench` on %s, on %s; load %s before, %s after. Medians of %d rounds, with the smallest and the\nlargest; ratios are of the same round.\n\n",
		time.Now().UTC().Format("2006-01-02"), bench.Machine(), before, bench.Load(), rounds)
	for _, t := range tables {
		if err := t.Markdown(&page); err != nil {
			return err
		}
	}
	text := bytes.TrimRight(page.Bytes(), "\n")
	text = append(text, '\n')
	if _, err := os.Stdout.Write(text); err != nil {
		return err
	}
	if out != "" && len(tables) > 0 {
		if err := os.WriteFile(out, text, 0o644); err != nil {
			return err
		}
	}
	return failed
}
