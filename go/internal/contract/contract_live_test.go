//go:build live

package contract

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/standin/switches"
	"coopcloud.tech/cc-ci/internal/swarm"
)

const imageName = "cc-ci.test/contract:1"

// built is a folder with the stand-in and the stand-in's own test program.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "contract-live-")
	if err != nil {
		panic(err)
	}
	built = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// options builds what isn't built yet and imports the image.
func options(t *testing.T) Options {
	t.Helper()
	s, err := site.Load("")
	if err != nil {
		t.Fatalf("live tests need the site file: %v", err)
	}
	standin, app := filepath.Join(built, "abra-standin"), filepath.Join(built, "app")
	goBuild(t, standin, "../../cmd/abra-standin")
	goBuild(t, app, "../standin/testdata/tinyapp", "CGO_ENABLED=0")
	importImage(t, s.Docker, app)
	return Options{Abra: standin, Docker: s.Docker, Image: imageName}
}

func goBuild(t *testing.T, path, source string, env ...string) {
	t.Helper()
	if exists(path) {
		return
	}
	build := exec.Command("go", "build", "-o", path, source)
	build.Env = append(os.Environ(), env...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v: %s", source, err, out)
	}
}

func importImage(t *testing.T, host, path string) {
	t.Helper()
	api, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Each import is a new image; one without a name would stay for ever.
		_, err := api.ImageRemove(context.Background(), imageName, image.RemoveOptions{Force: true, PruneChildren: true})
		if err := errors.Join(err, api.Close()); err != nil {
			t.Error(err)
		}
	})
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	if err := archive.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	done, err := api.ImageImport(context.Background(), image.ImportSource{Source: &layer, SourceName: "-"}, imageName,
		image.ImportOptions{Changes: []string{`CMD ["/app", "serve"]`}})
	if err != nil {
		t.Fatal(err)
	}
	defer done.Close()
	if _, err := io.Copy(io.Discard, done); err != nil {
		t.Fatal(err)
	}
}

// TestCheckAgrees runs all rows against the stand-in as it is by default: it was built
// from the same contract, so each must agree.
func TestCheckAgrees(t *testing.T) {
	rows := check(t, "")
	for _, r := range rows {
		if r.Verdict != Agrees {
			t.Errorf("%s %s: %s: %s", r.ID, r.Fact, r.Verdict, r.Seen)
		}
	}
}

// TestCheckDiffers switches the unsure behaviours: exactly their rows must differ.
func TestCheckDiffers(t *testing.T) {
	want := []string{
		"3.1/repeat", "3.3/existing", "3.3/type", "3.5/generate", "3.5/generate-empty", "3.5/help", "3.5/ls", "3.5/rm-none",
		"3.6/type", "3.7/type", "3.8/rm-none", "3.9/help", "3.10/ps", "6/env-to", "6/stack-cut",
	}
	var got []string
	for _, r := range check(t, switches.Other("undeploy-waits", "volume-rm-retries")) {
		if r.Verdict == Unknown {
			t.Errorf("%s %s: unknown: %s", r.ID, r.Fact, r.Seen)
		}
		if r.Verdict == Differs {
			got = append(got, r.ID)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("differ: %v\nwant:   %v", got, want)
	}
}

func check(t *testing.T, standin string) []Row {
	t.Helper()
	t.Setenv(switches.Env, standin)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	rows, err := Check(ctx, options(t))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestDriverRemoves is the fallback for what is unsure about undeploy, volume rm and
// secret rm: whatever they answer, the driver's sweep leaves nothing.
func TestDriverRemoves(t *testing.T) {
	for name, forms := range map[string]string{"default": "", "switched": switches.Other()} {
		t.Run(name, func(t *testing.T) { driverRemoves(t, forms) })
	}
}

func driverRemoves(t *testing.T, forms string) {
	t.Setenv(switches.Env, forms)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	o := options(t)
	engine, err := swarm.Connect(ctx, o.Docker)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	s, err := newSession(ctx, o, engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.clean(context.Background()); err != nil {
			t.Error(err)
		}
	})
	cli := abra.CLI{Path: o.Abra, Dir: s.home(), Docker: o.Docker, Log: func(line string) { t.Log(line) }}
	must(t, cli.ServerAdd(ctx))
	must(t, cli.ServerAdd(ctx))
	must(t, cli.AppNew(ctx, recipeName, s.domain))
	_, err = cli.SecretGenerate(ctx, s.domain)
	must(t, err)
	must(t, cli.SecretInsert(ctx, s.domain, "byhand", "v1", "hush"))
	must(t, cli.Deploy(ctx, s.domain))
	for names, err := s.own(ctx, "volume"); len(names) == 0; names, err = s.own(ctx, "volume") {
		must(t, err)
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("undeploy: %v", cli.Undeploy(ctx, s.domain))
	if left, err := engine.Sweep(ctx, s.stack); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", swarm.Strings(left), err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
