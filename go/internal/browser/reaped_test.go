package browser

import (
	"os/exec"
	"testing"
	"time"
)

// A killed driver is left alone until it was reaped; one that lives is not waited for beyond the limit.
func TestReaped(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	pid := child.Process.Pid
	if reaped(pid, 20*time.Millisecond) {
		t.Error("a living child: expected not to be reaped")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	go child.Wait() // its error is the kill
	if !reaped(pid, 10*time.Second) {
		t.Error("a killed child: expected to be reaped")
	}
}
