package follow

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNobodyFollows(t *testing.T) {
	folder := t.TempDir()
	lease, ctx, err := Listen(t.Context(), folder, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Close(folder)
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
	const limit = 300 * time.Millisecond
	lease, ctx, err := Listen(t.Context(), folder, limit)
	if err != nil {
		t.Fatal(err)
	}
	first, err := hold(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := hold(folder)
	if err != nil {
		t.Fatal(err)
	}
	awaitFollower(t, lease)
	first.Close()
	select {
	case <-ctx.Done():
		t.Fatal("the lease ran out while it was held")
	case <-time.After(2 * limit):
	}
	second.Close()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the lease never ran out")
	}
	if err := lease.Close(folder); err != nil {
		t.Error(err)
	}
	if _, err := hold(folder); err == nil {
		t.Error("a closed lease was taken")
	}
}
