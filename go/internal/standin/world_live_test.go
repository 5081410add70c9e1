//go:build live

package standin_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"

	"coopcloud.tech/cc-ci/internal/ownrepo/repotest"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/standin/stack"
)

const imageName = "cc-ci.test/standin-tiny:1"

// world is a private ABRA_DIR with one recipe, and one app's name on the real engine.
type world struct {
	t      *testing.T
	dir    string
	domain string
	stack  string
	engine *stack.Engine
	env    []string
}

// newWorld makes the recipe from testdata/recipe with the tags 1.0.0+1 and 1.1.0+1. All
// that the test leaves on the engine is removed at its end.
func newWorld(t *testing.T, standin string) *world {
	t.Helper()
	s, err := site.Load("")
	if err != nil {
		t.Fatalf("live tests need the site file: %v", err)
	}
	t.Setenv("DOCKER_HOST", s.Docker)
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	engine, err := stack.Connect(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 4)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: t.TempDir(), domain: "st" + hex.EncodeToString(id) + ".standin.test", engine: engine}
	w.stack = strings.ReplaceAll(w.domain, ".", "_")
	w.env = append(os.Environ(), "ABRA_DIR="+w.dir, "HOME="+w.dir, "CC_CI_STANDIN="+standin)
	t.Cleanup(w.clean)
	importImage(t, engine)
	w.recipe()
	w.ok("server", "add", "--local")
	return w
}

func (w *world) recipe() {
	dir := w.recipeDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/recipe")); err != nil {
		w.t.Fatal(err)
	}
	w.git("init", "-q", "-b", "main")
	w.git("add", ".")
	w.git("commit", "-q", "-m", "first")
	w.git("tag", "-a", "-m", "x", "1.0.0+1")
	w.git("commit", "-q", "--allow-empty", "-m", "second")
	w.git("tag", "-a", "-m", "x", "1.1.0+1")
}

func (w *world) recipeDir() string { return filepath.Join(w.dir, "recipes", "tiny") }
func (w *world) envFile() string {
	return filepath.Join(w.dir, "servers", "default", w.domain+".env")
}

func (w *world) git(args ...string) string {
	w.t.Helper()
	return repotest.Git(w.t, w.recipeDir(), args...)
}

// set changes a line of the app's env file.
func (w *world) set(line string) {
	w.t.Helper()
	f, err := os.OpenFile(w.envFile(), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(line + "\n"); err != nil {
		w.t.Fatal(err)
	}
}

// typeLine gives the TYPE line of the env file.
func (w *world) typeLine() string {
	w.t.Helper()
	b, err := os.ReadFile(w.envFile())
	if err != nil {
		w.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if strings.HasPrefix(line, "TYPE=") {
			return line
		}
	}
	return ""
}

// command makes an invocation of the stand-in, which is the test's own executable.
func (w *world) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "abra", args...)
	cmd.Env = w.env
	return cmd
}

// run starts the stand-in and gives both streams and the exit status.
func (w *world) run(args ...string) (stdout, stderr string, status int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := w.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("abra %v: %v", args, err)
	}
	w.t.Logf("abra %s: %d\n%s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), errs.String())
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// ok runs a command that must end with 0 and gives its standard output.
func (w *world) ok(args ...string) string {
	w.t.Helper()
	out, errs, status := w.run(args...)
	if status != 0 {
		w.t.Fatalf("abra %s: exit %d: %s", strings.Join(args, " "), status, errs)
	}
	return out
}

// refused runs a command that must end with 1 and a FATA line that holds want.
func (w *world) refused(want string, args ...string) {
	w.t.Helper()
	_, errs, status := w.run(args...)
	if status != 1 || !strings.Contains(errs, "FATA ") || !strings.Contains(errs, want) {
		w.t.Errorf("abra %s: exit %d, %q; want 1 and FATA with %q", strings.Join(args, " "), status, errs, want)
	}
}

// clean removes the stack, its volumes and secrets, and waits until they are gone.
func (w *world) clean() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.engine.Remove(ctx, w.stack, true); err != nil {
		w.t.Errorf("clean up: %v", err)
	}
	secrets, err := w.engine.Secrets(ctx, w.stack+"_")
	if err != nil {
		w.t.Errorf("clean up: %v", err)
	}
	for name, s := range secrets {
		if err := w.engine.API.SecretRemove(ctx, s.ID); err != nil {
			w.t.Errorf("clean up %s: %v", name, err)
		}
	}
	containers, err := w.engine.API.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(
		filters.Arg("label", stack.Label+"="+w.stack))})
	if err != nil {
		w.t.Errorf("clean up: %v", err)
	}
	for _, c := range containers {
		// Forced, to be quick; the engine may be quicker and have it gone.
		_ = w.engine.API.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
	}
	volumes, err := w.engine.Volumes(ctx, w.stack)
	if err != nil {
		w.t.Errorf("clean up: %v", err)
	}
	for _, name := range volumes {
		if err := w.engine.RemoveVolume(ctx, name, 20); err != nil {
			w.t.Errorf("clean up: %v", err)
		}
	}
	// Each import is a new image; one without a name would stay for ever.
	if _, err := w.engine.API.ImageRemove(ctx, imageName, image.RemoveOptions{Force: true, PruneChildren: true}); err != nil {
		w.t.Errorf("clean up: %v", err)
	}
	if err := w.engine.Close(); err != nil {
		w.t.Errorf("clean up: %v", err)
	}
}

var builtOnce = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "tinyapp")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app")
	cmd := exec.Command("go", "build", "-o", path, "./testdata/tinyapp")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.New(string(out))
	}
	return os.ReadFile(path)
})

// importImage makes the tests' image: the one static program and nothing else.
func importImage(t *testing.T, engine *stack.Engine) {
	t.Helper()
	program, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for _, name := range []string{"app", "usr/bin/backup"} {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(program))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(program); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	done, err := engine.API.ImageImport(context.Background(), image.ImportSource{Source: &layer, SourceName: "-"}, imageName,
		image.ImportOptions{Changes: []string{`ENTRYPOINT ["/app"]`, `CMD ["serve"]`}})
	if err != nil {
		t.Fatal(err)
	}
	defer done.Close()
	if _, err := io.Copy(io.Discard, done); err != nil {
		t.Fatal(err)
	}
}
