//go:build live

package sandbox

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// open makes a sandbox with the test program at /probe, closed at the test's end.
func open(t *testing.T, o Options) *Sandbox {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Run, o.Name, o.Dir = runID(t), "browser", t.TempDir()
	o.Binds = append(o.Binds, Bind{Host: self, Inside: "/probe"})
	s, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func runID(t *testing.T) string {
	return fmt.Sprintf("%s-%d", strings.ReplaceAll(t.Name(), "/", "-"), os.Getpid())
}

// try runs one attempt inside.
func try(t *testing.T, s *Sandbox, what, target string) tried {
	t.Helper()
	out, err := s.Command(t.Context(), "/usr/bin/env", "PROBE="+what, "TARGET="+target, "/probe").Output()
	if err != nil {
		t.Fatalf("%s %s: %v", what, target, err)
	}
	var got tried
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return got
}

// listeners opens a port on every address that the host has and gives their addresses.
func listeners(t *testing.T) (all []string) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port)); err != nil {
		t.Fatalf("the port answers nobody, so a refusal inside would prove nothing: %v", err)
	} else {
		c.Close()
	}
	for _, a := range append(addrs, &net.IPNet{IP: net.IPv4(172, 17, 0, 1)}, &net.IPNet{IP: net.IPv4(169, 254, 169, 254)}) {
		all = append(all, "tcp "+net.JoinHostPort(a.(*net.IPNet).IP.String(), port))
	}
	return all
}

func TestNothingIsReached(t *testing.T) {
	dir := t.TempDir()
	sidecar := filepath.Join(dir, "sidecar.json")
	if err := os.WriteFile(sidecar, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("A_SECRET", "swordfish")
	s := open(t, Options{Hosts: []string{"app.ci.test"}})
	for _, address := range append(listeners(t), "tcp6 [fe80::1%up0]:443", "tcp6 [::1]:443", "udp 1.1.1.1:53", "unix /run/docker.sock", "unix /var/run/docker.sock") {
		t.Run("dial "+address, func(t *testing.T) {
			if got := try(t, s, "dial", address); got.Got != "" {
				t.Errorf("expected no connection, got %+v", got)
			}
		})
	}
	for _, path := range []string{sidecar, dir, os.Getenv("HOME"), "/root", "/etc/shadow", "/etc/hostname", "/var", "/run/lock", "/sys", "/proc/1/environ", "/proc/1/root" + sidecar, "/proc/1/cwd/../root", "/proc/kcore"} {
		t.Run("read "+path, func(t *testing.T) {
			if got := try(t, s, "read", path); got.Got != "" {
				t.Errorf("expected nothing, got %+v", got)
			}
		})
	}
	t.Run("resolve another name", func(t *testing.T) {
		if got := try(t, s, "lookup", "other.ci.test"); got.Got != "" {
			t.Errorf("expected no address, got %+v", got)
		}
	})
	t.Run("signal the driver", func(t *testing.T) {
		if got := try(t, s, "kill", fmt.Sprint(os.Getpid())); got.Got != "" {
			t.Errorf("expected no such process, got %+v", got)
		}
	})
	t.Run("see other processes", func(t *testing.T) {
		if got := try(t, s, "processes", ""); got.Got != "2" {
			t.Errorf("expected itself and the first process, got %+v", got)
		}
	})
	t.Run("read the driver's environment", func(t *testing.T) {
		if got := try(t, s, "environ", ""); strings.Contains(got.Got, "swordfish") {
			t.Error("the driver's environment is readable inside")
		}
	})
	t.Run("be another user", func(t *testing.T) {
		if got := try(t, s, "uid", ""); got.Got != fmt.Sprint(insideUID(s)) || got.Got == "0" {
			t.Errorf("expected uid %d, got %+v", insideUID(s), got)
		}
	})
}

// insideUID is the uid that programs inside see as theirs.
func insideUID(s *Sandbox) int {
	if s.uid == 0 {
		return 65534
	}
	return s.uid
}

func TestOnlyTheRunsHosts(t *testing.T) {
	router := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello from "+r.TLS.ServerName) }))
	defer router.Close()
	s := open(t, Options{Router: router.Listener.Addr().String(), Hosts: []string{"app.ci.test", "api.app.ci.test"}})
	for _, host := range s.Hosts() {
		if got := try(t, s, "tls", host); !strings.Contains(got.Got, "hello from "+host) {
			t.Errorf("%s: expected the app's answer, got %+v", host, got)
		}
	}
	for _, host := range []string{"other.ci.test", "ci.test", "", "app.ci.test.evil.test"} {
		if got := try(t, s, "tls", host); got.Got != "" || got.Err == "" {
			t.Errorf("%q: expected a closed connection, got %+v", host, got)
		}
	}
	if got := try(t, s, "lookup", "app.ci.test"); got.Got != routerIP {
		t.Errorf("expected %s, got %+v", routerIP, got)
	}
}

// traces is what the host shows of a run's sandboxes. Interfaces and firewall
// rules are not among it: a sandbox makes none on the host.
func traces(t *testing.T, run, dir string) (all []string) {
	t.Helper()
	for _, root := range cgroupMounts().roots() {
		groups, _ := filepath.Glob(filepath.Join(root, groupPrefix+run+"*"))
		all = append(all, groups...)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, dir) {
			all = append(all, line)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	return append(all, files...)
}

func TestCloseLeavesNothing(t *testing.T) {
	run, dir := runID(t), t.TempDir()
	s, err := New(t.Context(), Options{Run: run, Name: "browser", Dir: dir, Hosts: []string{"app.ci.test"}})
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.Command(t.Context(), "/bin/sh", "-c", "setsid sleep 1000 & setsid sleep 1000 & echo up; wait")
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "up\n" {
		t.Fatalf("expected it up, got %q", line)
	}
	if len(traces(t, run, dir)) == 0 {
		t.Error("expected traces of a sandbox in use: this test could not fail")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("expected the command to be killed")
	}
	if left, err := inNamespace(s.holder.netns, 0); len(left) > 0 || err != nil {
		t.Errorf("processes left: %v, %v", left, err)
	}
	if left := traces(t, run, dir); len(left) > 0 {
		t.Errorf("left on the host: %v", left)
	}
}

func TestKilledDriver(t *testing.T) {
	self, _ := os.Executable()
	run := runID(t)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "PROBE=die", "RUN="+run, "DIR="+t.TempDir())
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var netns, group string
	for _, to := range []*string{&netns, &group, new(string)} {
		lines.Scan()
		*to = lines.Text()
	}
	if lines.Text() != "running" || netns == "" {
		t.Fatalf("expected it to run, got %q", lines.Text())
	}
	if left := groupsOf(run); len(left) > 0 != (group == "true") {
		t.Errorf("expected a control group of %s (%s), got %v", run, group, left)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(30 * time.Second); ; {
		left, err := inNamespace(netns, 0)
		if len(left) == 0 && err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still running 30 s after the driver was killed: %v, %v", left, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := Reap(t.Context(), run); err != nil {
		t.Error(err)
	}
	if left := groupsOf(run); len(left) > 0 {
		t.Errorf("expected all to be gone, got %v", left)
	}
}

func TestTmpIsReadFromOutside(t *testing.T) {
	s := open(t, Options{})
	cmd := s.Command(t.Context(), "/bin/sh", "-c", "echo kept >/tmp/file; ln -s /proc/1/root/etc/shadow /tmp/link; ln -s ../etc/hosts /tmp/up; echo up; sleep 60")
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer s.Kill("test over")
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "up\n" {
		t.Fatalf("expected it up, got %q", line)
	}
	tmp, err := s.Tmp(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer tmp.Close()
	if b, err := tmp.ReadFile("file"); string(b) != "kept\n" {
		t.Errorf("expected the file, got %q, %v", b, err)
	}
	for _, name := range []string{"link", "up"} {
		if b, err := tmp.ReadFile(name); err == nil {
			t.Errorf("%s: expected a refusal, got %q", name, b)
		}
	}
}
