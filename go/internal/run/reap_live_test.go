//go:build live

package run

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/site"
)

// BenchmarkReap is a janitor that finds so many dead runs, of each of which a network, a volume,
// a secret and a config are left. What no dead run left is what every run pays at its start.
func BenchmarkReap(b *testing.B) {
	s, err := site.Load("")
	if err != nil {
		b.Fatalf("%v; `make up` brings the machine up", err)
	}
	for _, n := range []int{0, 1, 10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				for i := range n {
					leave(b, s.Docker, fmt.Sprintf("dead-pr%d-%07x_%s", 7000+i, i, recipe.StackName(s.Domain)))
				}
				b.StartTimer()
				r, err := Janitor(context.Background(), s)
				if err != nil || len(r.Left) > 0 || strings.Count(strings.Join(r.Reaped, "\n"), "app dead-pr") != n {
					b.Fatalf("expected %d dead runs reaped, found %+v, %v", n, r, err)
				}
			}
		})
	}
}

// leave makes what a dead run of this name may have left.
func leave(b *testing.B, engine, stack string) {
	b.Helper()
	label := "com.docker.stack.namespace=" + stack
	for _, args := range [][]string{
		{"network", "create", "-d", "overlay", "--label", label, stack + "_internal"},
		{"volume", "create", "--label", label, stack + "_data"},
		{"secret", "create", "--label", label, stack + "_key_v1", "-"},
		{"config", "create", "--label", label, stack + "_conf_v1", "-"},
	} {
		cmd := exec.Command("docker", append([]string{"-H", engine}, args...)...)
		cmd.Stdin = strings.NewReader("left")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("docker %v: %v: %s", args, err, out)
		}
	}
}
