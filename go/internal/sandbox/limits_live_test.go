//go:build live

package sandbox

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	t.Run("fork bomb", func(t *testing.T) {
		s := open(t, Options{Limits: Limits{Pids: 64}})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := s.Command(ctx, "/bin/sh", "-c", "f() { f & f; }; f").Run(); err == nil {
			t.Error("expected the bomb to fail or to be killed")
		}
		if err := s.Clear(); err != nil {
			t.Error(err)
		}
		if out, err := s.Command(t.Context(), "/bin/echo", "alive").Output(); string(out) != "alive\n" {
			t.Errorf("expected room for a new command after it, got %q, %v", out, err)
		}
	})
	t.Run("memory", func(t *testing.T) {
		s := open(t, Options{Limits: Limits{Memory: 128 << 20}})
		if out, err := s.Command(t.Context(), "/bin/sh", "-c", "head -c 400000000 /dev/zero | tail -c 300000000 >/dev/null; exit $?").CombinedOutput(); err == nil {
			t.Errorf("expected it to be killed, got success: %s", out)
		}
	})
	t.Run("files in memory", func(t *testing.T) {
		s := open(t, Options{Limits: Limits{Memory: 128 << 20}})
		if err := s.Command(t.Context(), "/bin/sh", "-c", "head -c 200000000 /dev/zero >/tmp/fill").Run(); err == nil {
			t.Error("expected /tmp to be full")
		}
	})
	t.Run("time", func(t *testing.T) {
		s := open(t, Options{Limits: Limits{Time: 500 * time.Millisecond}})
		began := time.Now()
		if err := s.Command(t.Context(), "/bin/sleep", "60").Run(); err == nil || time.Since(began) > 20*time.Second {
			t.Errorf("expected it to be killed soon, got %v after %s", err, time.Since(began))
		}
		if err := s.Command(t.Context(), "/bin/echo").Run(); err == nil {
			t.Error("expected nothing to run after the limit")
		}
		if !strings.Contains(s.Ended(), "time limit") {
			t.Errorf("expected the time limit as the reason, got %q", s.Ended())
		}
	})
}
