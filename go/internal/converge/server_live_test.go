//go:build live

package converge_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/doctor"
	"coopcloud.tech/cc-ci/internal/server"
)

// TestServer makes a server out of an engine that has nothing, breaks it in the ways in which one
// breaks, and has it healed each time. The steps build on each other. What belongs to
// somebody else is there from the third step on and must be as it was at the end.
func TestServer(t *testing.T) {
	h := newHost(t)

	h.step("swarm: from nothing", func() {
		h.converges("swarm", "docker_gwbridge", "make a swarm", "make the network proxy")
	})
	h.step("swarm: the network is missing", func() {
		h.docker("network", "rm", "proxy")
		h.converges("swarm", "make the network proxy")
	})
	h.step("swarm: the network is another one", func() {
		h.docker("network", "rm", "proxy")
		h.docker("network", "create", "-d", "overlay", "--subnet", h.subnet+".2.0/26", "proxy")
		h.converges("swarm", "is not attachable", "make the network proxy")
	})
	before := h.strangers()

	h.server.Traefik.Routes = []server.Route{
		{Name: "hook", Host: h.server.Domain, Path: "/hook", To: h.local("bridge")},
		{Name: "dashboard", Host: h.server.Domain, To: h.local("dashboard")},
		{Name: "drone", Host: "drone." + h.server.Domain, To: h.local("drone")},
	}
	h.step("traefik: from nothing", func() {
		h.converges("traefik", "clone", "ssl_cert", "ssl_key", "it is not deployed")
		h.routes()
		if config := strings.Join(h.docker("config", "inspect", "--pretty", h.configs("traefik_yml")[0]), " "); !strings.Contains(config, "refreshSeconds: 1") {
			t.Errorf("the router's static configuration has no short poll: %s", config)
		}
	})
	h.step("traefik: a changed route", func() {
		h.server.Traefik.Routes[2].To = h.local("drone2")
		h.converges("traefik", "the server file, the recipe or the certificate changed")
		h.serves("drone."+h.server.Domain, "/", "drone2 /")
	})
	h.step("traefik: TLS that an app ends itself", h.passthrough)
	h.step("traefik: the certificate is renewed, by one that ends soon", func() {
		old := h.secrets()
		h.certify(20)
		h.converges("traefik", "insert the secret", "remove the old secret traefik_ci_cc-ci_test_ssl_key")
		h.routes() // verifies against the new certificate alone
		if left := h.secrets(); len(left) != 2 || slices.Contains(left, old[0]) {
			t.Errorf("secrets of the router: expected the two new ones, found %q (before %q)", left, old)
		}
		if _, warned, err := h.once("traefik"); err != nil || !strings.Contains(warned, "days; renew it") {
			t.Errorf("expected a warning, found %q, %v", warned, err)
		}
	})
	h.step("traefik: certificates that must not be served", func() {
		running := h.docker("service", "inspect", "-f", "{{.Version.Index}}", "traefik_ci_cc-ci_test_app")
		right := h.read()
		for _, want := range []string{"expired", "does not cover", "expected the key of"} {
			h.spoil(want)
			if did, _, err := h.once("traefik"); err == nil || !strings.Contains(err.Error(), want) || len(did) > 0 {
				t.Errorf("expected a refusal with %q, found %q, %v", want, did, err)
			}
		}
		h.write(right)
		if now := h.docker("service", "inspect", "-f", "{{.Version.Index}}", "traefik_ci_cc-ci_test_app"); !slices.Equal(now, running) {
			t.Errorf("the router was touched: %s, before %s", now, running)
		}
		h.idle("traefik")
	})
	h.step("traefik: scaled to nothing by hand", func() {
		h.docker("service", "scale", "-d", "traefik_ci_cc-ci_test_app=0")
		h.converges("traefik", "was changed by hand")
		h.routes()
	})
	h.step("traefik: a secret of an old version is left", func() {
		h.docker("secret", "create", "traefik_ci_cc-ci_test_ssl_cert_v1", h.server.Traefik.Certificate)
		h.converges("traefik", "remove the old secret traefik_ci_cc-ci_test_ssl_cert_v1")
	})
	h.step("traefik: the stack is removed", func() {
		h.docker("stack", "rm", "traefik_ci_cc-ci_test")
		h.converges("traefik", "it is not deployed")
		h.routes()
	})
	h.step("traefik: abra's folder is gone", func() {
		if err := os.RemoveAll(h.server.AbraDir); err != nil {
			t.Fatal(err)
		}
		h.converges("traefik", "clone", "tell abra of")
	})
	h.step("backup: the volumes are not mounted for it", func() {
		if _, _, err := h.once("backup"); err == nil || !strings.Contains(err.Error(), "cc-ci converge volumes") {
			t.Errorf("expected to be told to mount the volumes first, found %v", err)
		}
	})
	h.step("volumes: from nothing, and after an operator's own mount", func() {
		at := h.server.Backup.Volumes.At
		h.converges("volumes", "mount ")
		command(t, "umount", at)
		command(t, "mount", "--bind", h.server.Backup.Volumes.Of, at)
		h.converges("volumes", "mount ")
	})
	h.step("backup: from nothing", func() {
		h.converges("backup", "restic_password", "it is not deployed")
		h.opens()
		h.seesNoLinks()
	})
	h.step("backup: its service is removed, and two call at once", func() {
		h.docker("service", "rm", "backup_ci_cc-ci_test_app")
		var both sync.WaitGroup
		var did [2][]string
		for i := range did {
			both.Go(func() {
				var err error
				if did[i], _, err = h.once("backup"); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if all := slices.Concat(did[0], did[1]); len(all) != 1 || !strings.Contains(all[0], "it is not deployed") {
			t.Errorf("expected one of two to deploy it and the other to find nothing to do, found %q", did)
		}
	})
	if after := h.strangers(); after != before {
		t.Errorf("what belongs to somebody else was touched:\nbefore %s\nafter  %s", before, after)
	}
	h.step("everything: the swarm is left", func() {
		h.docker("swarm", "leave", "--force")
		if _, _, err := h.once("traefik"); err == nil || !strings.Contains(err.Error(), "converge swarm") {
			t.Errorf("expected to be told to converge the swarm first, found %v", err)
		}
		h.converges("swarm", "make a swarm", "make the network proxy")
		h.converges("traefik", "insert the secret")
		h.routes()
		h.converges("backup", "insert the secret")
		h.opens()
	})
	h.step("doctor: all is right", h.healthy)
	h.step("doctor: the names lead to another host", func() {
		h.lands("they end at another host")
	})
}

// healthy looks that the doctor finds every piece right but the dates of a certificate that ends soon. There
// is no DNS for the names: they are reached at the router.
func (h *host) healthy() {
	h.t.Helper()
	for _, r := range doctor.CheckServer(context.Background(), h.server, time.Now(), h.dial) {
		want := doctor.Right
		if r.Name == "its dates" {
			want = doctor.Wrong
		}
		if r.Verdict != want {
			h.t.Errorf("%s: %s: %s", r.Name, r.Verdict, r.Seen)
		}
	}
}

// lands lets the names lead to a listener of the test's own that has the operator's certificate.
func (h *host) lands(want string) {
	h.t.Helper()
	pair, err := tls.LoadX509KeyPair(h.server.Traefik.Certificate, h.server.Traefik.Key)
	if err != nil {
		h.t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		h.t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go io.Copy(io.Discard, conn) // shakes hands, and stays until the other end goes
		}
	}()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
	for _, r := range doctor.CheckServer(context.Background(), h.server, time.Now(), dial) {
		if r.Name == "reached" && (r.Verdict != doctor.Wrong || !strings.Contains(r.Seen, want)) {
			h.t.Errorf("reached: expected %q, found %s: %s", want, r.Verdict, r.Seen)
		}
	}
}
