package contract

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestFormsAreTheDrivers compares Forms with the argument lists in package abra.
func TestFormsAreTheDrivers(t *testing.T) {
	used := argLists(t, "../abra")
	var listed []string
	for _, form := range Forms {
		listed = append(listed, form.Args)
	}
	for _, args := range used {
		if !slices.Contains(listed, args) {
			t.Errorf("the driver uses `%s`, which Forms doesn't list", args)
		}
	}
	for _, args := range listed {
		if !slices.Contains(used, args) {
			t.Errorf("Forms lists `%s`, which the driver doesn't use", args)
		}
	}
}

// TestUnsureFormsHaveAFallback fails where the driver relies on what nobody confirmed
// and no test proves what it does otherwise.
func TestUnsureFormsHaveAFallback(t *testing.T) {
	for _, form := range Forms {
		if (form.Mark == "R" || form.Unsure != "") && form.Fallback == "" {
			t.Errorf("`%s` is marked %s (%s) and names no fallback", form.Args, form.Mark, form.Unsure)
		}
		if form.Fallback != "" && !testExists(t, form.Fallback) {
			t.Errorf("`%s`: no test %s", form.Args, form.Fallback)
		}
		if !strings.Contains("SCODIR", form.Mark) || form.Row == "" {
			t.Errorf("`%s`: expected a mark and a row, found %q and %q", form.Args, form.Mark, form.Row)
		}
	}
}

// TestArgListsSeesEachWay keeps the reader of sources honest.
func TestArgListsSeesEachWay(t *testing.T) {
	dir := t.TempDir()
	src := `package x
func f() {
	c.run(ctx, short, "app", "new", recipe, "--domain="+domain, "-n")
	c.quiet(ctx, short, "app", "x", Server)
	args := []string{"app", "y", d}
	c.run(ctx, short, args...)
	unrelated("app", "z")
}`
	if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{"app new _ --domain= -n", "app x _", "app y _"}
	if got := argLists(t, dir); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// argLists gives the command lines that the package's sources spell out: arguments of
// run, quiet and start after the context and the limit, and slices of strings.
func argLists(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no Go files in %s (%v)", dir, err)
	}
	var out []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if args := argsOf(n); len(args) > 0 {
				out = append(out, strings.Join(args, " "))
			}
			return true
		})
	}
	return out
}

func argsOf(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if ok && slices.Contains([]string{"run", "quiet"}, sel.Sel.Name) && len(n.Args) > 2 && !n.Ellipsis.IsValid() {
			return render(n.Args[2:])
		}
	case *ast.CompositeLit:
		args := render(n.Elts)
		if len(args) > 0 && slices.Contains([]string{"app", "recipe", "server", "catalogue"}, args[0]) {
			return args
		}
	}
	return nil
}

func render(list []ast.Expr) []string {
	var out []string
	for _, e := range list {
		word := "_"
		switch e := e.(type) {
		case *ast.BasicLit:
			word = unquote(e)
		case *ast.BinaryExpr:
			if lit, ok := e.X.(*ast.BasicLit); ok {
				word = unquote(lit)
			}
		}
		out = append(out, word)
	}
	return out
}

func unquote(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return lit.Value
	}
	return s
}

// testExists looks for "<package>.<Test>" in the sources.
func testExists(t *testing.T, name string) bool {
	t.Helper()
	pkg, fn, _ := strings.Cut(name, ".")
	files, err := filepath.Glob(filepath.Join("..", pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(fmt.Sprintf(`(?m)^func %s\(t \*testing\.T\)`, regexp.QuoteMeta(fn)))
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if line.Match(b) {
			return true
		}
	}
	return false
}
