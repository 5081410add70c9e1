package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Runner measures on one machine: `make up` brought it up, `make -s env` says where it is.
type Runner struct {
	Root   string // of the repository
	Rounds int
	Log    func(string)

	Reports string // folder with reports of `cc-ci strength` that are taken as they are; may be empty
}

// All are the tables that are measured unless others are named: those that end within minutes each.
func All() []string {
	var names []string
	for _, t := range tables {
		if !t.named {
			names = append(names, t.name)
		}
	}
	return names
}

// table is how one table is made.
type table struct {
	name  string
	make  func(context.Context, *Runner) (*Table, error)
	named bool // takes hours: only where it is named
}

var tables = []table{
	{name: "whole-demo", make: whole("demo")},
	{name: "whole-miniflux", make: whole("miniflux")},
	{name: "whole-minio", make: whole("minio")},
	{name: "change", make: change},
	{name: "many", make: many},
	{name: "eval", make: evaluation},
	{name: "masker", make: masker},
	{name: "bridge", make: bridge},
	{name: "dashboard", make: dashboards},
	{name: "janitor", make: janitor},
	{name: "strength", make: strengths, named: true},
}

// Known refuses a name that is no table's.
func Known(names []string) error {
	for _, want := range names {
		if !slices.ContainsFunc(tables, func(t table) bool { return t.name == want }) {
			return fmt.Errorf("expected tables of %s, strength, found %q", strings.Join(All(), ", "), want)
		}
	}
	return nil
}

// Measure makes one table and says in it when and on what. A measurement that fails is a table that says so, and the error.
func (r *Runner) Measure(ctx context.Context, name string) (*Table, error) {
	if err := Known([]string{name}); err != nil {
		return nil, err
	}
	r.Log("measuring: " + name)
	before := load()
	t, err := tables[slices.IndexFunc(tables, func(t table) bool { return t.name == name })].make(ctx, r)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		err = fmt.Errorf("not measured: %s: %w", name, err)
		t = &Table{Title: name, Note: "Not measured.", Head: []string{"why"}, Rows: [][]string{{result.LastLine(err.Error())}}}
	}
	t.Name = name
	t.When = fmt.Sprintf("%s UTC, %d rounds, load %s before and %s after; %s", time.Now().UTC().Format("2006-01-02 15:04"), r.Rounds, before, load(), machine())
	return t, err
}

// limit bounds one program.
const limit = 40 * time.Minute

// command is a program in a folder of the repository, ended as a group with the context.
func (r *Runner) command(ctx context.Context, folder, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(r.Root, folder)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// output runs a program and gives what it prints.
func (r *Runner) output(ctx context.Context, folder, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := r.command(ctx, folder, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String(), nil
}

// machine names what the figures were measured on.
func machine() string {
	model := "processor unknown"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(b), "model name"); ok {
			line, _, _ := strings.Cut(rest, "\n")
			model = strings.TrimSpace(strings.TrimLeft(line, "\t :"))
		}
	}
	var memory syscall.Sysinfo_t
	_ = syscall.Sysinfo(&memory) // zero says enough
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return fmt.Sprintf("%d cores (%s), %d GiB, Linux %s, %s", runtime.NumCPU(), model, memory.Totalram*uint64(memory.Unit)>>30, strings.TrimSpace(string(kernel)), runtime.Version())
}

// load is the machine's load over the last minute.
func load() string {
	b, _ := os.ReadFile("/proc/loadavg")
	load, _, _ := strings.Cut(string(b), " ")
	return load
}
