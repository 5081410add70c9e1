package follow

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/lease"
)

func TestNobodyFollows(t *testing.T) {
	folder := t.TempDir()
	held, ctx, err := Listen(t.Context(), folder, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close(folder)
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the lease never ran out")
	}
	if err := context.Cause(ctx); !strings.Contains(err.Error(), "nobody has followed the run for 50ms") {
		t.Errorf("got %v", err)
	}
}

// While one of several holds it, the lease lasts; after the last one it runs out.
func TestLease(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("a long name ", 15)) // longer than a socket's address may be
	if _, err := (Request{Run: filepath.Base(folder)}).Write(filepath.Dir(folder), nil); err != nil {
		t.Fatal(err)
	}
	held, ctx, err := Listen(t.Context(), folder, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	first, err := lease.Dial(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := lease.Dial(folder)
	if err != nil {
		t.Fatal(err)
	}
	awaitFollowers(t, held, 2)
	const limit = 100 * time.Millisecond // from here on: both have come, however busy the machine is
	held.mu.Lock()
	held.limit = limit
	held.mu.Unlock()
	first.Close()
	awaitFollowers(t, held, 1)
	select {
	case <-ctx.Done():
		t.Fatal("the lease ran out while it was held")
	case <-time.After(3 * limit):
	}
	second.Close()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the lease never ran out")
	}
	if err := held.Close(folder); err != nil {
		t.Error(err)
	}
	if _, err := lease.Dial(folder); err == nil {
		t.Error("a closed lease was taken")
	}
}
