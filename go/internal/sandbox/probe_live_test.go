//go:build live

package sandbox

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test program is also the hostile program inside, and the driver that dies:
// PROBE names an attempt or "die".
func TestMain(m *testing.M) {
	switch what := os.Getenv("PROBE"); what {
	case "":
		os.Exit(m.Run())
	case "die":
		fmt.Println(dieAsDriver())
		os.Exit(1)
	default:
		json.NewEncoder(os.Stdout).Encode(attempt(what, os.Getenv("TARGET")))
	}
}

// tried is what an attempt got. Got is empty where it got nowhere.
type tried struct {
	Got string
	Err string
}

// attempt does one hostile thing; its result says how far it came.
func attempt(what, target string) tried {
	got, err := map[string]func(string) (string, error){
		"dial": dial, "tls": dialTLS, "read": read, "lookup": lookup, "kill": killProcess, "processes": processes,
		"environ": environments, "uid": func(string) (string, error) { return strconv.Itoa(os.Getuid()), nil },
	}[what](target)
	if err != nil {
		return tried{got, err.Error()}
	}
	return tried{Got: got}
}

func dial(address string) (string, error) {
	network, address, _ := strings.Cut(address, " ")
	c, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return "", err
	}
	defer c.Close()
	return "connected", nil
}

// dialTLS connects to the router's address and greets target.
func dialTLS(target string) (string, error) {
	d := &net.Dialer{Timeout: 20 * time.Second}
	c, err := tls.DialWithDialer(d, "tcp", routerIP+":443", &tls.Config{ServerName: target, InsecureSkipVerify: true})
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(c, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", target)
	b, err := io.ReadAll(c)
	return string(b), err
}

func read(path string) (string, error) {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return fmt.Sprint(entries), nil
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

func lookup(name string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupHost(ctx, name)
	return strings.Join(addrs, " "), err
}

func killProcess(pid string) (string, error) {
	n, _ := strconv.Atoi(pid)
	if err := syscall.Kill(n, 0); err != nil {
		return "", err
	}
	return "may signal", nil
}

// processes gives the process ids that are seen.
func processes(string) (string, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	return fmt.Sprint(len(dirs)), err
}

// environments gives the environments of all processes that can be read.
func environments(string) (string, error) {
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	var all []byte
	for _, f := range files {
		if f != "/proc/self/environ" && f != fmt.Sprintf("/proc/%d/environ", os.Getpid()) {
			b, _ := os.ReadFile(f)
			all = append(all, b...)
		}
	}
	return string(all), err
}

// dieAsDriver makes a sandbox with something running in it and waits to be killed.
func dieAsDriver() error {
	s, err := New(context.Background(), Options{Run: os.Getenv("RUN"), Name: "browser", Dir: os.Getenv("DIR")})
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%t\n", s.holder.netns, s.group != nil)
	cmd := s.Command(context.Background(), "/bin/sh", "-c", "echo running; while :; do sleep 1; done")
	cmd.Stdout = os.Stdout
	return cmd.Run()
}
