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
)

// Runner measures on one machine: `make up` brought it up, `make -s env` says where it is.
type Runner struct {
	Root   string // of the repository
	Rounds int
	Log    func(string)
}

// All are the tables in their order; names choose them.
func All() []string {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// table is how one table is made.
type table struct {
	name string
	make func(context.Context, *Runner) (*Table, error)
}

var tables = []table{
	{"whole", whole}, {"install", install}, {"change", change}, {"eval", evaluation}, {"masker", masker},
	{"bridge", bridge}, {"dashboard", dashboards}, {"janitor", janitor}, {"many", many},
}

// Tables measures the tables of these names. What fails is a table that says so, and the error.
func (r *Runner) Tables(ctx context.Context, names []string) ([]*Table, error) {
	var out []*Table
	var failed []string
	for _, want := range names {
		i := slices.IndexFunc(tables, func(t table) bool { return t.name == want })
		if i < 0 {
			return nil, fmt.Errorf("expected a table of %s, found %q", strings.Join(All(), ", "), want)
		}
		r.Log("measuring: " + want)
		t, err := tables[i].make(ctx, r)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", want, err))
			t = &Table{Title: want, Note: "Not measured.", Head: []string{"why"}, Rows: [][]string{{strings.ReplaceAll(lastLine(err.Error()), "\n", " ")}}}
		}
		t.Name = want
		out = append(out, t)
	}
	if failed != nil {
		return out, fmt.Errorf("not measured: %s", strings.Join(failed, "\n"))
	}
	return out, nil
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
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

// Machine names what the figures were measured on.
func Machine() string {
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

// Load is the machine's load over the last minute.
func Load() string {
	b, _ := os.ReadFile("/proc/loadavg")
	load, _, _ := strings.Cut(string(b), " ")
	return load
}
