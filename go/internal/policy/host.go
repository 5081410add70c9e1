package policy

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/opts"
)

var socketPaths = []string{"/", "/run", "/var", "/var/run", "/run/docker", "/run/docker.sock", "/var/run/docker.sock", "/run/containerd"}

func holdsSocket(source string) bool {
	p := path.Clean(source)
	return slices.Contains(socketPaths, p) || strings.HasSuffix(p, "docker.sock") || strings.HasSuffix(p, "containerd.sock")
}

func hostBind(a *ask, r *report) {
	eachMount(a, func(m mountAsk) {
		if m.kind != "volume" && m.kind != "tmpfs" && !(m.kind == "bind" && holdsSocket(m.source)) {
			r.add(m.place, "%s %s at %s", m.kind, m.source, m.target)
		}
	})
}

func dockerSocket(a *ask, r *report) {
	eachMount(a, func(m mountAsk) {
		if m.kind == "bind" && holdsSocket(m.source) {
			r.add(m.place, "%s at %s", m.source, m.target)
		}
	})
}

func eachMount(a *ask, judge func(m mountAsk)) {
	for _, s := range a.services {
		for _, m := range s.mounts {
			judge(m)
		}
	}
}

func volumeDriver(a *ask, r *report) {
	for _, o := range a.objects {
		if o.kind == "volume" {
			if bad := badDriver(o.driver); bad != "" {
				r.add(o.place, "%s", bad)
			}
		}
	}
	eachMount(a, func(m mountAsk) {
		if m.driver != nil {
			if bad := badDriver(*m.driver); bad != "" {
				r.add(m.place, "%s", bad)
			}
		}
	})
}

// badDriver lets through the local driver with no options, or those of a plain
// tmpfs. The kernel takes "bind" as an option whatever the type says, so every
// option is held against a list.
func badDriver(d driver) string {
	if d.name != "" && d.name != "local" {
		return d.String()
	}
	if len(d.options) == 0 {
		return ""
	}
	for key, value := range d.options {
		ok := false
		switch strings.ToLower(key) {
		case "type":
			ok = value == "tmpfs"
		case "device":
			ok = value == "tmpfs" || value == "none" || value == ""
		case "o":
			ok = !slices.ContainsFunc(strings.Split(value, ","), func(o string) bool { return !tmpfsOption.MatchString(o) })
		}
		if !ok {
			return allOptions(d.options) // together they say what is mounted
		}
	}
	if d.options["type"] != "tmpfs" {
		return "driver_opts without type: tmpfs"
	}
	return ""
}

// String names the driver, with its options where there are any.
func (d driver) String() string {
	if len(d.options) == 0 {
		return "driver " + d.name
	}
	return "driver " + d.name + " " + allOptions(d.options)
}

// allOptions shows a driver's options whole: what an exception lets pass is more than the option that the rule minds.
func allOptions(options map[string]string) string {
	return "driver_opts" + strings.TrimPrefix(fmt.Sprint(options), "map")
}

var tmpfsOption = regexp.MustCompile(`^((size|uid|gid|mode|nr_inodes)=[0-9]+[kmgKMG%]?|noexec|nosuid|nodev|noatime|ro|rw)?$`)

// ordinaryCapability allows what Docker gives every container anyway.
func ordinaryCapability(name string) bool {
	switch strings.TrimPrefix(strings.ToUpper(name), "CAP_") {
	case "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
		"NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT":
		return true
	}
	return false
}

func hostNamespace(a *ask, r *report) {
	values(among("none"), "network_mode")(a, r)
	values(among("private", "none"), "ipc")(a, r)
	values(among("private"), "cgroupns_mode")(a, r)
	values(never, "pid", "userns_mode", "cgroup_parent")(a, r)
}

func securityOptions(a *ask, r *report) {
	values(among("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"), "security_opt")(a, r)
	values(among("default"), "isolation")(a, r)
	values(never, "credential_spec")(a, r)
}

// ownSysctl allows those that the engine keeps per container.
func ownSysctl(assignment string) bool {
	key, _, _ := strings.Cut(assignment, "=")
	for _, own := range []string{"net.", "kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."} {
		if strings.HasPrefix(key, own) {
			return true
		}
	}
	return false
}

func mildOOM(score string) bool { return !strings.HasPrefix(score, "-") }

// noRealtime refuses the one limit that container root can turn into a place before other processes of the host.
func noRealtime(limit string) bool {
	name, _, _ := strings.Cut(limit, "=")
	return strings.ToLower(name) != "rtprio"
}

// logBuffer is the option by which a container's log is buffered in the engine's memory.
const logBuffer = "max-buffer-size"

// maxLogBuffer is what the engine may hold of one task's log, in bytes.
const maxLogBuffer = 16 << 20

func smallBuffer(size string) bool {
	var n opts.MemBytes
	return n.Set(size) == nil && n.Value() <= maxLogBuffer
}

func fewReplicas(count string) bool {
	n, err := strconv.ParseUint(count, 10, 64)
	return err == nil && n <= 20
}

// The largest known recipe has a dozen services.
const (
	maxServices = 40
	maxTasks    = 100
)

// fewServices judges the stack as a whole: many small services take as much as one large one.
func fewServices(a *ask, r *report) {
	tasks := 0
	for _, s := range a.services {
		tasks += s.tasks()
	}
	if len(a.services) > maxServices || tasks > maxTasks {
		file, _, _ := strings.Cut(a.services[0].place, ": service ")
		r.add(file+": services", "%d services with %d tasks", len(a.services), tasks)
	}
}

// tasks is how many containers the service asks for; one where it doesn't say, or says what the rule
// on replicas refuses.
func (s service) tasks() int {
	for _, set := range s.settings {
		if n, err := strconv.Atoi(set.value); set.key == "deploy.replicas" && err == nil && fewReplicas(set.value) {
			return n
		}
	}
	return 1
}
