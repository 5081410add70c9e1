package sandbox

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/moby/sys/mountinfo"
)

func TestNewRefusesNames(t *testing.T) {
	for _, o := range []Options{{}, {Run: "a/b", Name: "browser"}, {Run: "..", Name: "browser"}, {Run: "a", Name: "x.y"}, {Run: "a b", Name: "c"}} {
		if _, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "expected names") {
			t.Errorf("%+v: expected a refusal, got %v", o, err)
		}
	}
}

func TestReadGreeting(t *testing.T) {
	greet := func(name string) func(net.Conn) {
		return func(c net.Conn) {
			_ = tls.Client(c, &tls.Config{ServerName: name, InsecureSkipVerify: true}).Handshake()
		}
	}
	write := func(text string) func(net.Conn) {
		return func(c net.Conn) { _, _ = io.WriteString(c, text) }
	}
	for name, tc := range map[string]struct {
		client func(net.Conn)
		want   string
		fails  bool
	}{
		"a name":            {greet("App.ci.test"), "app.ci.test", false},
		"no name":           {greet("192.0.2.7"), "", false},
		"plain HTTP":        {write("GET / HTTP/1.1\r\nHost: app.ci.test\r\n\r\n"), "", true},
		"half a greeting":   {write("\x16\x03\x01\x02\x00\x01"), "", true},
		"nothing, then end": {func(net.Conn) {}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := net.Pipe()
			done := make(chan struct{})
			go func() { defer close(done); tc.client(client); client.Close() }()
			_ = server.SetDeadline(time.Now().Add(5 * time.Second))
			got, raw, err := readGreeting(server)
			server.Close()
			<-done
			if got != tc.want || (err != nil) != tc.fails {
				t.Errorf("expected %q, failure %t; got %q, %v", tc.want, tc.fails, got, err)
			}
			if err == nil && (len(raw) == 0 || raw[0] != 0x16) {
				t.Errorf("expected the greeting's bytes for the router, got %x", raw)
			}
		})
	}
}

func TestHierarchies(t *testing.T) {
	const hybrid = `31 24 0:27 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
32 24 0:28 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
33 24 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
34 24 0:30 / /home rw - ext4 /dev/sda1 rw
`
	const unified = "33 24 0:29 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
	for name, tc := range map[string]struct {
		info string
		want []string
	}{
		"hybrid":  {hybrid, []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"}},
		"unified": {unified, []string{"/sys/fs/cgroup"}},
		"none":    {"34 24 0:30 / /home rw - ext4 /dev/sda1 rw\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := mountinfo.GetMountsFromReader(strings.NewReader(tc.info), groupsOnly)
			if got := hierarchies(all).roots(); err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("expected %v, got %v, %v", tc.want, got, err)
			}
		})
	}
}

// A plain folder has no control files, so no limit can be in force: the group must
// be refused, and its folder must not stay.
func TestMakeGroupWithoutControllers(t *testing.T) {
	root := t.TempDir()
	for name, m := range map[string]mounts{
		"unified":     {v2: root},
		"version 1":   {v1: map[string]string{"memory": root, "pids": root}},
		"unwritable":  {v2: filepath.Join(root, "missing")},
		"not mounted": {},
	} {
		t.Run(name, func(t *testing.T) {
			if g, err := makeGroup(m, "run", "browser", Limits{}.withDefaults()); err == nil {
				t.Errorf("expected a refusal, got %v", g)
			}
			if left, _ := os.ReadDir(root); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestParents(t *testing.T) {
	got := parents([]string{"--ro-bind", "/a", "/b/c/d", "--tmpfs", "/tmp", "--ro-bind-try", "/x", "/b/y"})
	want := []string{"--perms", "0755", "--dir", "/b", "--perms", "0755", "--dir", "/b/c"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("expected %v, got %v", want, got)
	}
}

func TestQuote(t *testing.T) {
	if got := quote(`it's $HOME`); got != `'it'\''s $HOME'` {
		t.Errorf("got %s", got)
	}
}
