//go:build live

package converge_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/certificate/issue"
	"coopcloud.tech/cc-ci/internal/converge"
	"coopcloud.tech/cc-ci/internal/server"
)

const (
	routerImage = "traefik:v3.7.13"             // as the recipe names it
	backupImage = "cc-ci.test/backup-standin:1" // as the recipe names it
)

// host is a CI server in the making: an engine of its own that has nothing, so that its swarm can
// be left, and folders that the test owns.
type host struct {
	t      *testing.T
	root   string // of the repository
	dir    string
	env    []string // of the engine's scripts
	port   int      // tells engines of one machine apart
	subnet string   // first two numbers of its addresses
	server server.Server
	https  int
}

// newHost starts the engine and gives it the two images, from the engine that all tests share.
func newHost(t *testing.T) *host {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "cc-ci-host-") // short: the socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	port := 4443
	if p, err := strconv.Atoi(os.Getenv("CC_CI_PORT")); err == nil {
		port = p
	}
	h := &host{t: t, root: root, dir: dir, port: port + 1000, subnet: fmt.Sprintf("10.%d", 64+port%128)}
	h.env = append(os.Environ(), "CC_CI_CACHE="+dir, fmt.Sprintf("CC_CI_PORT=%d", h.port), "CC_CI_SUBNET="+h.subnet, "CC_CI_DOCKER=own")
	h.script("dockerd.sh", "up")
	t.Cleanup(func() {
		h.script("dockerd.sh", "down")
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	h.https = freePort(t)
	h.describe()
	h.image("traefik", routerImage)
	h.image("backup-standin", backupImage)
	return h
}

// script runs one of the machine's scripts for this engine.
func (h *host) script(name string, args ...string) {
	h.t.Helper()
	cmd := exec.Command(filepath.Join(h.root, "checks/machine", name), args...)
	cmd.Env = h.env
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// image brings an image over from the shared engine and names it as the recipe does.
func (h *host) image(name, tag string) {
	h.t.Helper()
	id := strings.TrimSpace(command(h.t, "sh", "-c", "docker image ls -q 'cc-ci.test/"+name+"' | head -1; docker image ls -q '"+name+"' | head -1"))
	id, _, _ = strings.Cut(id, "\n")
	if id == "" {
		h.t.Fatalf("no image %s in the shared engine; `make up` brings it", name)
	}
	command(h.t, "sh", "-c", fmt.Sprintf("docker save %[1]s | docker -H %[2]s load -q && docker -H %[2]s tag %[1]s %[3]s", id, h.server.Docker, tag))
}

// describe fills in what a server file would say.
func (h *host) describe() {
	cert, key := filepath.Join(h.dir, "fullchain.pem"), filepath.Join(h.dir, "privkey.pem")
	password := filepath.Join(h.dir, "restic-password")
	if err := os.WriteFile(password, []byte("correct-horse-battery\n"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	socket := filepath.Join(h.dir, "docker/docker.sock")
	h.server = server.Server{
		Domain: "ci.cc-ci.test", Docker: "unix://" + socket, Abra: filepath.Join(h.dir, "abra-standin"),
		AbraDir: filepath.Join(h.dir, "abra"), Store: h.dir,
		Swarm: server.Swarm{
			Advertise: fmt.Sprintf("127.0.%d.%d", h.port/256, h.port%256), ListenPort: 2377, DataPathPort: 20000 + h.port%20000,
			AddressPool: h.subnet + ".128.0/17", AddressPoolMask: 26, Network: "proxy", NetworkSubnet: h.subnet + ".32.0/19",
			GatewaySubnet: h.subnet + ".1.0/24", GatewayInterface: fmt.Sprintf("ccci%dgw", h.port),
		},
		Traefik: &server.Traefik{
			Domain: "traefik.ci.cc-ci.test", Recipe: h.recipe("traefik", "3.1.0+v3.7.13"),
			Certificate: cert, Key: key, RefreshSeconds: 1,
			Env: map[string]string{"HTTP_PORT": strconv.Itoa(freePort(h.t)), "HTTPS_PORT": strconv.Itoa(h.https), "ENGINE_SOCKET": socket},
		},
		Backup: &server.Backup{
			Domain: "backup.ci.cc-ci.test", Recipe: h.recipe("backup-bot-two", "1.0.0+1.0.0"), PasswordFile: password,
			Env:     map[string]string{"ENGINE_SOCKET": socket, "ENGINE_VOLUMES": filepath.Join(h.dir, "docker/data/volumes") + "/"},
			Volumes: &server.Volumes{Of: filepath.Join(h.dir, "docker/data/volumes"), At: filepath.Join(h.dir, "docker/seen")},
		},
	}
	h.certify(90)
	cmd := exec.Command("go", "build", "-o", h.server.Abra, "coopcloud.tech/cc-ci/cmd/abra-standin")
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("build abra-standin: %v\n%s", err, out)
	}
}

func (h *host) recipe(name, version string) server.Recipe {
	h.t.Helper()
	repo := filepath.Join(h.dir, "recipes", name)
	command(h.t, filepath.Join(h.root, "checks/recipes/mkrepo.sh"), name, repo)
	return server.Recipe{Source: "file://" + repo, Version: version}
}

// certify is the operator who puts a certificate there that ends in some days.
func (h *host) certify(days int) {
	h.t.Helper()
	now := time.Now()
	issue.Write(h.t, issue.Request{Names: h.server.CertificateNames(), From: now.AddDate(0, 0, -60), To: now.AddDate(0, 0, days)},
		h.server.Traefik.Certificate, h.server.Traefik.Key)
}

// docker runs a docker command on the host's engine and gives its output's words.
func (h *host) docker(args ...string) []string {
	h.t.Helper()
	return strings.Fields(command(h.t, "docker", append([]string{"-H", h.server.Docker}, args...)...))
}

// once runs one converger and gives what it did and warned.
func (h *host) once(name string) (did []string, warned string, err error) {
	h.t.Helper()
	var out, errs bytes.Buffer
	r := converge.NewReport(&out, &errs)
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	switch name {
	case "swarm":
		err = converge.Swarm(ctx, h.server, r)
	case "traefik":
		err = converge.Traefik(ctx, h.server, time.Now(), r)
	case "volumes":
		err = converge.Volumes(ctx, h.server, r)
	case "backup":
		err = converge.Backup(ctx, h.server, r)
	}
	for line := range strings.Lines(out.String()) {
		did = append(did, strings.TrimSpace(strings.TrimPrefix(line, "did: ")))
	}
	if len(did) != r.Changes() {
		h.t.Errorf("%s told %q, and counted %d changes", name, did, r.Changes())
	}
	return did, errs.String(), err
}

// converges runs a converger that must do something of which each word is told, and then once
// more: the second time there must be nothing to do.
func (h *host) converges(name string, words ...string) {
	h.t.Helper()
	did, warned, err := h.once(name)
	if err != nil {
		h.t.Fatalf("%s: %v (after %q, warned %q)", name, err, did, warned)
	}
	for _, w := range words {
		if !strings.Contains(strings.Join(did, "\n"), w) {
			h.t.Errorf("%s: expected a deed with %q, found %q", name, w, did)
		}
	}
	if len(did) == 0 {
		h.t.Errorf("%s: expected it to act, and it did nothing", name)
	}
	h.idle(name)
	h.t.Logf("%s: %s", name, strings.Join(did, "; "))
}

// idle runs a converger that must find nothing to do.
func (h *host) idle(name string) {
	h.t.Helper()
	if did, _, err := h.once(name); err != nil || len(did) > 0 {
		h.t.Errorf("%s again: expected nothing to do, found %q, %v", name, did, err)
	}
}

// local serves text at this host's address as containers see it, and gives the URL.
func (h *host) local(text string) string {
	h.t.Helper()
	l, err := net.Listen("tcp", h.subnet+".1.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, text+" "+r.URL.Path) })}
	go s.Serve(l)
	h.t.Cleanup(func() { s.Close() })
	return "http://" + l.Addr().String()
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}
