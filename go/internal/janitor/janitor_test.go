package janitor

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// table is an engine made of a list; the live tests use the real one.
type table struct {
	mu    sync.Mutex
	objs  []swarm.Object
	stuck string
}

func (e *table) Objects(context.Context) ([]swarm.Object, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.objs), nil
}

func (e *table) Sweep(_ context.Context, stack string) ([]swarm.Object, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if stack == e.stuck {
		return swarm.Of(e.objs, stack), context.DeadlineExceeded
	}
	e.objs = slices.DeleteFunc(e.objs, func(o swarm.Object) bool { return len(swarm.Of([]swarm.Object{o}, stack)) > 0 })
	return nil, nil
}

// runForm is the test's idea of a run's name: "t-<letter>".
func runForm(name string) string {
	if strings.HasPrefix(name, "t-") && len(name) >= 3 && (len(name) == 3 || name[3] == '_') {
		return name[:3]
	}
	return ""
}

// held is a folder of locks of which others hold some.
func held(t *testing.T, names ...string) lock.Folder {
	t.Helper()
	locks, err := lock.Open(filepath.Join(t.TempDir(), "l"), "swarm")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		l, err := locks.Take(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Release() })
	}
	return locks
}

func TestAppsReapsTheDeadAlone(t *testing.T) {
	locks := held(t, "t-b")
	e := &table{stuck: "t-c", objs: []swarm.Object{
		{Kind: "service", Name: "t-a_app", Stack: "t-a"},
		{Kind: "volume", Name: "t-a_data"},   // no label, by prefix
		{Kind: "secret", Name: "t-d_key_v1"}, // an app without any service
		{Kind: "service", Name: "t-b_app", Stack: "t-b"},
		{Kind: "volume", Name: "t-c_data", Stack: "t-c"},
		{Kind: "service", Name: "traefik_app", Stack: "traefik"},
	}}
	r, err := Janitor{Engine: e, Locks: locks, StackOf: runForm}.Apps(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Reaped: []string{"app t-a", "app t-d"}, Live: []string{"t-b"}, Left: []string{"volume t-c_data"}}
	if !slices.Equal(r.Reaped, want.Reaped) || !slices.Equal(r.Live, want.Live) || !slices.Equal(r.Left, want.Left) {
		t.Errorf("want %+v, got %+v", want, r)
	}
	if left := swarm.Strings(e.objs); !slices.Equal(left, []string{"service t-b_app", "service traefik_app", "volume t-c_data"}) {
		t.Errorf("the engine holds %v", left)
	}
}

func TestFolders(t *testing.T) {
	locks := held(t, RunLock("live"))
	runs := t.TempDir()
	for _, f := range []string{"dead/sidecar.json", "dead/lease", "dead/abra/servers/x.env", "torn/.tmp-sidecar.json123", "torn/raw/page.html.txt", "torn/kept.json", "dead/result.json", "live/sidecar.json", "live/lease", "over/result.json", "over/lease", "asked/.tmp-request.json123"} {
		p := filepath.Join(runs, f)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	got, err := Janitor{Locks: locks}.Folders(runs, func(id string) error { told = append(told, id); return nil })
	if err != nil || !slices.Equal(got, []string{"folder dead", "folder torn"}) || !slices.Equal(told, []string{"dead", "torn"}) {
		t.Fatalf("reaped %v, told %v, %v", got, told, err)
	}
	left, _ := filepath.Glob(filepath.Join(runs, "*", "*"))
	for i := range left {
		left[i], _ = filepath.Rel(runs, left[i])
	}
	if want := []string{"asked/.tmp-request.json123", "dead/result.json", "live/lease", "live/sidecar.json", "over/lease", "over/result.json"}; !slices.Equal(left, want) {
		t.Errorf("want %v, got %v", want, left)
	}
}
