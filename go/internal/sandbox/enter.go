package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// tools are the programs that build a sandbox, by absolute path.
type tools struct{ env, nsenter, prlimit, bwrap, setpriv, ip string }

// findTools looks on PATH and, since that of an ordinary user can lack it, in sbin.
func findTools() (tools, error) {
	var t tools
	var missing []string
	for name, to := range map[string]*string{
		"env": &t.env, "nsenter": &t.nsenter, "prlimit": &t.prlimit, "bwrap": &t.bwrap, "setpriv": &t.setpriv, "ip": &t.ip,
	} {
		path, err := exec.LookPath(name)
		for _, dir := range []string{"/usr/sbin", "/sbin"} {
			if err != nil {
				path, err = exec.LookPath(filepath.Join(dir, name))
			}
		}
		if err == nil {
			*to, err = filepath.Abs(path)
		}
		if err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return t, fmt.Errorf("%w: not found on PATH: %s (Debian: bubblewrap, iproute2, util-linux)", ErrUnavailable, strings.Join(missing, ", "))
	}
	return t, nil
}

// writeEntry writes the script that enters: a chain of execs, so that the process
// that a caller starts and waits for is the one that ends everything inside.
func (s *Sandbox) writeEntry(t tools) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n# Made by cc-ci for run %s: runs its arguments inside the sandbox.\n", s.opts.Run)
	if s.group != nil {
		// Before anything else, so that nothing inside was ever without limits.
		for _, dir := range s.group.dirs {
			fmt.Fprintf(&b, "echo $$ >%s || exit 125\n", quote(filepath.Join(dir, "cgroup.procs")))
		}
	}
	args, err := s.chain(t)
	if err != nil {
		return "", err
	}
	b.WriteString("exec")
	for _, a := range args {
		b.WriteString(" " + quote(a))
	}
	b.WriteString(" \"$@\"\n")
	path := filepath.Join(s.dir, "enter")
	return path, os.WriteFile(path, []byte(b.String()), 0o700)
}

// chain is the command line from the outside to the inside. The environment is
// dropped first of all: bubblewrap's own stays readable in /proc inside.
func (s *Sandbox) chain(t tools) ([]string, error) {
	a := []string{t.env, "-i", t.prlimit, "--core=0"}
	if s.group == nil {
		a = append(a, "--nproc="+strconv.Itoa(s.opts.Limits.Pids), "--data="+strconv.FormatInt(s.opts.Limits.Memory, 10))
	}
	ns := fmt.Sprintf("/proc/%d/ns/", s.holder.pid())
	a = append(a, t.nsenter, "--net="+ns+"net")
	if s.uid == 0 {
		a = append(a, "--user="+ns+"user", "--preserve-credentials")
	}
	a = append(a, t.bwrap, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
		"--unshare-cgroup-try", "--hostname", "sandbox", "--clearenv")
	usual := []string{"HOME=/home", "TMPDIR=/tmp", "LANG=C.UTF-8", "PATH=/usr/bin:/bin:/run/current-system/sw/bin"}
	for _, kv := range append(usual, s.opts.Env...) {
		k, v, _ := strings.Cut(kv, "=")
		a = append(a, "--setenv", k, v)
	}
	files, err := s.mounts()
	if err != nil {
		return nil, err
	}
	a = append(append(a, files...), "--chdir", "/home", "--cap-drop", "ALL")
	if s.uid == 0 {
		return append(a, "--unshare-user", "--uid", "65534", "--gid", "65534", "--"), nil
	}
	id := strconv.Itoa(s.uid)
	setpriv, err := filepath.EvalSymlinks(t.setpriv)
	if err != nil {
		return nil, err
	}
	// Root builds the mounts, because it alone can reach the run's private folders;
	// these three capabilities are what setpriv needs to give up the rest.
	return append(a, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP", "--",
		setpriv, "--reuid", id, "--regid", id, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"), nil
}

// mounts are the files seen inside.
func (s *Sandbox) mounts() ([]string, error) {
	var a []string
	for _, p := range []string{"/usr", "/nix/store", "/bin", "/lib", "/lib32", "/lib64", "/sbin"} {
		info, err := os.Lstat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(p)
			if err != nil {
				return nil, err
			}
			a = append(a, "--symlink", to, p)
		default:
			a = append(a, "--ro-bind", p, p)
		}
	}
	for _, p := range []string{"/etc/fonts", "/etc/alternatives", "/etc/ssl/certs", "/etc/ld.so.cache", "/etc/static/fonts", "/run/current-system/sw"} {
		a = append(a, "--ro-bind-try", p, p)
	}
	a = append(a, "--proc", "/proc", "--dev", "/dev")
	size := strconv.FormatInt(s.opts.Limits.Memory/4, 10)
	for _, p := range []string{"/dev/shm", "/tmp", "/home"} {
		a = append(a, "--perms", "1777", "--size", size, "--tmpfs", p)
	}
	for _, b := range s.opts.Binds {
		how := "--ro-bind"
		if b.Writable {
			how = "--bind"
		}
		a = append(a, how, b.Host, cmp.Or(b.Inside, b.Host))
	}
	etc, err := s.writeEtc()
	if err != nil {
		return nil, err
	}
	a = append(a, etc...)
	return append(parents(a), a...), nil
}

// parents makes the folders above the mounts of args readable: bubblewrap would
// make those that are missing for their owner alone.
func parents(args []string) []string {
	var a []string
	seen := map[string]bool{"/": true}
	for i, arg := range args {
		if !strings.HasPrefix(arg, "--") || i+2 >= len(args) || !strings.Contains(arg, "bind") {
			continue
		}
		var up []string
		for dir := filepath.Dir(args[i+2]); !seen[dir]; dir = filepath.Dir(dir) {
			seen[dir] = true
			up = append([]string{"--perms", "0755", "--dir", dir}, up...)
		}
		a = append(a, up...)
	}
	return a
}

// writeEtc makes the few files of /etc that programs look for. Names resolve from
// the hosts file alone: there is no DNS inside.
func (s *Sandbox) writeEtc() ([]string, error) {
	id := s.uid
	if id == 0 {
		id = 65534
	}
	files := map[string]string{
		"hosts":         "127.0.0.1 localhost\n" + routerIP + " " + strings.Join(append([]string{"router"}, s.opts.Hosts...), " ") + "\n",
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
		"resolv.conf":   "",
		"passwd":        fmt.Sprintf("sandbox:x:%d:%d::/home:/bin/sh\n", id, id),
		"group":         fmt.Sprintf("sandbox:x:%d:\n", id),
	}
	var a []string
	for name, text := range files {
		path := filepath.Join(s.dir, name)
		err := os.WriteFile(path, []byte(text), 0o644)
		if err == nil {
			err = os.Chmod(path, 0o644) // whatever the umask: a supervised run's keeps everything to itself
		}
		if err != nil {
			return nil, err
		}
		a = append(a, "--ro-bind", path, "/etc/"+name)
	}
	return a, nil
}

// quote makes one shell word of s.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
