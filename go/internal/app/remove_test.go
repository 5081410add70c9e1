package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// engine answers as a Docker engine that has one service of the stack until it is removed.
func engine(t *testing.T, stack string, removed *atomic.Bool) *swarm.Engine {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.41")
		switch {
		case r.Method == http.MethodDelete:
			removed.Store(true)
		case strings.HasSuffix(r.URL.Path, "/info"):
			fmt.Fprint(w, `{"Swarm":{"LocalNodeState":"active","ControlAvailable":true,"Cluster":{"ID":"c"}}}`)
		case strings.HasSuffix(r.URL.Path, "/version"), strings.HasSuffix(r.URL.Path, "/volumes"):
			fmt.Fprint(w, `{}`)
		case strings.HasSuffix(r.URL.Path, "/services") && !removed.Load():
			fmt.Fprintf(w, `[{"ID":"s","Spec":{"Name":"%s_app","Labels":{"com.docker.stack.namespace":"%s"}}}]`, stack, stack)
		default:
			fmt.Fprint(w, `[]`)
		}
	}))
	t.Cleanup(s.Close)
	e, err := swarm.Connect(t.Context(), "tcp"+strings.TrimPrefix(s.URL, "http"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// An app that takes hours to stop must not use up the time in which it can be killed.
func TestRemoveOfAnAppThatDoesNotStop(t *testing.T) {
	defer func(d time.Duration) { undeployLimit = d }(undeployLimit)
	undeployLimit = 100 * time.Millisecond
	dir := t.TempDir()
	waits := filepath.Join(dir, "abra-that-waits")
	if err := os.WriteFile(waits, []byte("#!/bin/sh\nexec sleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var removed atomic.Bool
	a := &App{
		Names: recipe.Names{Domain: "a.test", Stack: "a_test"}, Engine: engine(t, "a_test", &removed),
		Abra: abra.CLI{Path: waits, Dir: dir, Log: func(string) {}}, Tell: func(string) {},
	}
	if err := os.MkdirAll(filepath.Dir(a.Abra.EnvFile(a.Names.Domain)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.Abra.EnvFile(a.Names.Domain), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // half of what abra would take
	defer cancel()
	left, err := a.Remove(ctx)
	if !removed.Load() || len(left) > 0 {
		t.Errorf("expected the engine to remove the service, found it left: %v", left)
	}
	if result.OutcomeOf(err) != result.Fail || !strings.Contains(err.Error(), "stop_grace_period") {
		t.Errorf("expected the recipe's fault, got %v", err)
	}
}
