//go:build live

package live

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/result"
)

// localPlan is the demo's plan without its flows. No file hangs, so a busy machine may take its time for each.
func localPlan(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	p.Flows, p.Limits.Step = []plan.Flow{}, plan.Duration(2*time.Minute)
	if b, err = json.Marshal(p); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// local runs the stage on a variant of the demo and gives it, with the whole run.
func local(t *testing.T, m *machine, code int) (result.Stage, ended) {
	t.Helper()
	e := m.run("run", "--plan", localPlan(t), "--stage", "local").want(t, code)
	i := slices.IndexFunc(e.result.Stages, func(s result.Stage) bool { return s.Name == "local" })
	if i < 0 {
		t.Fatalf("no stage local:\n%s", e.stderr)
	}
	return e.result.Stages[i], e
}

func TestLocalTests(t *testing.T) {
	t.Parallel()
	st, _ := local(t, on(t, variant(t)), 0)
	for _, place := range []string{"local.login.json[0]", "local.login.json[1].browser", "local.style.sh", "local.test_notes.py::test_strangers_are_sent_to_the_login[/notes]"} {
		if !slices.ContainsFunc(st.Steps, func(s result.Step) bool { return strings.HasPrefix(s.Place, place) && s.Outcome == result.Pass }) {
			t.Errorf("no passed step %s in %v", place, st.Steps)
		}
	}
}

// A repository without tests/, and one whose folder holds no test.
func TestNoLocalTests(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edits   []edit
		code    int
		outcome result.Outcome
		reason  string
	}{
		"no folder":   {nil, 0, result.NotApplicable, "no tests/"},
		"nothing run": {[]edit{{"tests/README.md", "", "later"}, {"tests/data.json", "", "{}"}}, 3, result.NotRun, "no pytest file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, _ := local(t, on(t, variant(t, append(tt.edits, without("tests/test_notes.py"), without("tests/style.sh"), without("tests/login.json"))...)), tt.code)
			if st.Outcome != tt.outcome || !strings.Contains(st.Reason, tt.reason) {
				t.Errorf("want %s (%s), got %s (%s)", tt.outcome, tt.reason, st.Outcome, st.Reason)
			}
		})
	}
}

func without(file string) edit { return edit{file: file, old: "", new: remove} }

// Each file is one way in which a repository's test goes wrong; each is named, and the
// others are still tried.
func TestLocalTestsRed(t *testing.T) {
	t.Parallel()
	m := on(t, variant(t,
		edit{"tests/a_fail_test.py", "", "def test_no():\n    assert 1 == 2\n\ndef test_yes():\n    pass\n"},
		edit{"tests/d_grows.py", "", "#!/usr/bin/python3\nx = [b'x' * (64 << 20) for _ in range(100)]\n"},
		edit{"tests/f_forged_test.py", "", "import os\nos._exit(0)\n"},
		edit{"tests/g_skipped_test.py", "", "import pytest\n\n@pytest.mark.skip(reason='no mail here')\ndef test_mail():\n    pass\n"},
		edit{"tests/h_secret.json", "", `[{"http":{"method":"GET","path":"/${secret:admin_password}","expect":{"status":200}}}]`},
		edit{"tests/i_flood.sh", "", "#!/bin/sh\nhead -c 5000000 /dev/zero | tr '\\0' 'x' | fold -w 100\n"},
	))
	st, e := local(t, m, 1)
	for place, want := range map[string]struct {
		outcome result.Outcome
		seen    string
	}{
		"local.a_fail_test.py::test_no":      {result.Fail, "assert 1 == 2"},
		"local.a_fail_test.py::test_yes":     {result.Pass, ""},
		"local.d_grows.py":                   {result.Fail, "more than 1024 MiB of memory"},
		"local.f_forged_test.py":             {result.Fail, "found none"},
		"local.g_skipped_test.py::test_mail": {result.NotRun, "no mail here"},
		"local.h_secret.json":                {result.Fail, "expected no secret"},
		"local.i_flood.sh":                   {result.Pass, ""},
		"local.style.sh":                     {result.Pass, ""},
	} {
		i := slices.IndexFunc(st.Steps, func(s result.Step) bool { return s.Place == place })
		if i < 0 {
			t.Errorf("%s: not in the result", place)
		} else if s := st.Steps[i]; s.Outcome != want.outcome || !strings.Contains(s.Seen, want.seen) {
			t.Errorf("%s: want %s, %q, got %s, %q", place, want.outcome, want.seen, s.Outcome, s.Seen)
		}
	}
	if !strings.Contains(st.Reason, "a_fail_test.py::test_no") {
		t.Errorf("the first failure is not the reason: %q", st.Reason)
	}
	if n := strings.Count(e.stderr, strings.Repeat("x", 100)); n > 12000 || !strings.Contains(e.stderr, "the rest was dropped") {
		t.Errorf("the log has %d of 50,000 lines of the flood", n)
	}
	if !slices.ContainsFunc(e.result.Findings, func(f result.Finding) bool { return f.ID == "local-test-skipped" }) {
		t.Errorf("no finding of the skipped test: %v", e.result.Findings)
	}
}

// The tests of the repository look for what they must not find, and pass where they find nothing.
func TestLocalTestsGetNowhere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	var reached atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			c.Close()
		}
	}()
	defer l.Close()
	m := newMachine(t)
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var ips []string
	for _, a := range append(addrs, &net.IPNet{IP: net.IPv4(169, 254, 169, 254)}) {
		ips = append(ips, a.(*net.IPNet).IP.String())
	}
	paths := []string{strings.TrimPrefix(m.Docker, "unix://"), "/var/run/docker.sock", m.State, m.CA, m.Abra, ccci, root, "/root", "/etc/shadow", "/var", "/sys"}
	text := strings.NewReplacer("@PORT@", fmt.Sprint(l.Addr().(*net.TCPAddr).Port), "@ADDRESSES@", list(t, ips), "@PATHS@", list(t, paths),
		"@OTHER@", "nobody."+m.Domain).Replace(nowhere)
	m.Sources["demo"] = variant(t, edit{"tests/test_nowhere.py", "", text})
	st, e := local(t, m, 0)
	if n := len(st.Steps); n < 25 {
		t.Errorf("expected all attempts in the result, got %d steps:\n%s", n, e.stderr)
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the machine's port was reached %d times", n)
	}
}

func list(t *testing.T, texts []string) string {
	b, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const nowhere = `
import glob, os, socket, ssl, pytest

TOLD = {"CC_CI_BASE_URL", "PYTEST_BASE_URL", "CC_CI_DOMAIN", "CC_CI_RECIPE", "CC_CI_VERSION", "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PYTHONDONTWRITEBYTECODE",
        "HOME", "TMPDIR", "LANG", "LC_CTYPE", "PATH", "PWD", "OLDPWD", "PYTEST_CURRENT_TEST", "PYTEST_VERSION"}

def test_environment():
    assert set(os.environ) - TOLD == set()

def test_environments_of_others():
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            names = {v.split(b"=")[0].decode() for v in open(path, "rb").read().split(b"\0") if v}
        except PermissionError:
            continue
        assert names - TOLD == set(), path

def test_processes():
    assert len(glob.glob("/proc/[0-9]*")) < 10
    assert not any(b"--plan" in open(p, "rb").read() for p in glob.glob("/proc/[0-9]*/cmdline"))

def test_user():
    assert os.getuid() not in (0, 1000)
    with pytest.raises(OSError):
        os.setuid(0)

@pytest.mark.parametrize("path", @PATHS@)
def test_file(path):
    assert not os.path.exists(path)

@pytest.mark.parametrize("address", @ADDRESSES@)
def test_port(address):
    with pytest.raises(OSError):
        socket.create_connection((address, @PORT@), timeout=2)

def test_router_knows_the_run_alone():
    with pytest.raises(OSError):
        raw = socket.create_connection(("192.0.2.1", 443), timeout=5)
        ssl.create_default_context().wrap_socket(raw, server_hostname="@OTHER@")

def test_other_port_of_the_router():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=2)

def test_names():
    with pytest.raises(OSError):
        socket.getaddrinfo("example.org", 443)

@pytest.mark.parametrize("path", ["/tests/new", "/usr/new", "/etc/hosts"])
def test_writing(path):
    with pytest.raises(OSError):
        open(path, "w")
`
