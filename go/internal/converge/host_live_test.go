//go:build live

package converge_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// dial reaches the router, whatever the name.
func (h *host) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", h.https))
}

// step runs one step; what follows a failed one would say nothing.
func (h *host) step(name string, do func()) {
	h.t.Helper()
	started := time.Now()
	do()
	if h.t.Failed() {
		h.t.Fatalf("in the step %q", name)
	}
	h.t.Logf("%s: %.1f s", name, time.Since(started).Seconds())
}

func (h *host) secrets() []string {
	return h.docker("secret", "ls", "--format", "{{.Name}}", "--filter", "name=traefik_ci_cc-ci_test_ssl_")
}

func (h *host) configs(key string) []string {
	return h.docker("config", "ls", "--format", "{{.Name}}", "--filter", "name=traefik_ci_cc-ci_test_"+key)
}

// strangers describes objects of somebody else, which are made on the first call.
func (h *host) strangers() string {
	h.t.Helper()
	if len(h.docker("service", "ls", "-q", "--filter", "name=other_app")) == 0 {
		h.docker("secret", "create", "other_ssl_cert_v1", h.server.Traefik.Certificate)
		h.docker("config", "create", "--label", "com.docker.stack.namespace=other", "other_traefik_yml_v1", h.server.Traefik.Certificate)
		h.docker("network", "create", "-d", "overlay", "other_internal")
		h.docker("service", "create", "-d", "-q", "--replicas", "0", "--no-resolve-image", "--label", "com.docker.stack.namespace=other", "--endpoint-mode", "dnsrr", "--network", "proxy", "--name", "other_app", backupImage)
	}
	out := h.docker("secret", "inspect", "-f", "{{.ID}} {{.Version.Index}}", "other_ssl_cert_v1")
	out = append(out, h.docker("config", "inspect", "-f", "{{.ID}} {{.Version.Index}}", "other_traefik_yml_v1")...)
	out = append(out, h.docker("network", "inspect", "-f", "{{.ID}}", "other_internal")...)
	out = append(out, h.docker("service", "inspect", "-f", "{{.ID}} {{.Version.Index}}", "other_app")...)
	return strings.Join(out, " ")
}

// spoil puts a certificate there that must be refused with these words.
func (h *host) spoil(how string) {
	h.t.Helper()
	switch how {
	case "expired":
		h.certify(-1)
	case "does not cover":
		other := h.server
		h.server.Domain = "elsewhere.test"
		h.certify(90)
		h.server.Domain = other.Domain
	case "expected the key of":
		h.certify(90)
		earlier := h.read()
		h.certify(90)
		now := h.read()
		h.write([2][]byte{now[0], earlier[1]})
	}
}

// read and write are for the operator's certificate and key.
func (h *host) read() (pair [2][]byte) {
	h.t.Helper()
	for i, path := range []string{h.server.Traefik.Certificate, h.server.Traefik.Key} {
		var err error
		if pair[i], err = os.ReadFile(path); err != nil {
			h.t.Fatal(err)
		}
	}
	return pair
}

func (h *host) write(pair [2][]byte) {
	h.t.Helper()
	for i, path := range []string{h.server.Traefik.Certificate, h.server.Traefik.Key} {
		if err := os.WriteFile(path, pair[i], 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
}

// routes asks the router for everything that it must lead to this host's services.
func (h *host) routes() {
	h.t.Helper()
	h.serves(h.server.Domain, "/hook", "bridge /hook")
	h.serves(h.server.Domain, "/hook/x", "bridge /hook/x")
	h.serves(h.server.Domain, "/hooks", "dashboard /hooks")
	h.serves(h.server.Domain, "/", "dashboard /")
}

// serves waits until the router answers so, over a certificate that the operator's file verifies.
func (h *host) serves(name, path, want string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	pool := x509.NewCertPool()
	pem, err := os.ReadFile(h.server.Traefik.Certificate)
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		h.t.Fatalf("certificate: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true, DialContext: h.dial}
	found := ""
	for ; ctx.Err() == nil; pause(ctx) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+name+path, nil)
		if err != nil {
			h.t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			found = err.Error()
			continue
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		resp.Body.Close()
		if found = string(body); found == want {
			return
		}
	}
	h.t.Errorf("https://%s%s: expected %q within 90 s, found %q", name, path, want, found)
}

// pause lies between two looks at what has no event: the router's poll.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond):
	}
}

// passthrough deploys an app that ends TLS itself, another router with a certificate of its own making,
// and looks that a client gets that certificate.
func (h *host) passthrough() {
	h.t.Helper()
	name := "own-tls." + h.server.Domain
	h.docker("service", "create", "-d", "-q", "--no-resolve-image", "--name", "pass", "--network", "proxy", "--endpoint-mode", "dnsrr",
		"--label", "traefik.enable=true", "--label", "traefik.tcp.routers.pass.rule=HostSNI(`"+name+"`)",
		"--label", "traefik.tcp.routers.pass.entrypoints=web-secure", "--label", "traefik.tcp.routers.pass.tls.passthrough=true",
		"--label", "traefik.tcp.services.pass.loadbalancer.server.port=8443",
		routerImage, "--entrypoints.own.address=:8443", "--entrypoints.own.http.tls=true", "--global.checknewversion=false")
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	found := ""
	for ; ctx.Err() == nil; pause(ctx) {
		conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.https), &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err != nil {
			found = err.Error()
			continue
		}
		found = conn.ConnectionState().PeerCertificates[0].Subject.CommonName
		conn.Close()
		if found == "TRAEFIK DEFAULT CERT" {
			h.docker("service", "rm", "pass")
			return
		}
	}
	h.t.Errorf("expected the app's own certificate within 90 s, found %q", found)
}

// seesNoLinks looks that the backup service has the volumes in such a way that a link of an app leads nowhere.
func (h *host) seesNoLinks() {
	h.t.Helper()
	id := h.docker("ps", "-q", "--filter", "label=com.docker.swarm.service.name=backup_ci_cc-ci_test_app")[0]
	seen := h.docker("exec", id, "sh", "-c", "grep ' /var/lib/docker/volumes ' /proc/self/mountinfo")
	if !strings.Contains(strings.Join(seen, " "), "nosymfollow") {
		h.t.Errorf("expected a mount with nosymfollow, found %q", seen)
	}
}

// opens looks that the backup service could open its repository with the password of the server's secrets.
func (h *host) opens() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for ; ctx.Err() == nil; pause(ctx) {
		ids := h.docker("ps", "-q", "--filter", "label=com.docker.swarm.service.name=backup_ci_cc-ci_test_app")
		if len(ids) == 1 {
			if out := h.docker("exec", ids[0], "sh", "-c", "test -e /run/backup-ready && echo ready || true"); len(out) == 1 {
				return
			}
		}
	}
	h.t.Error("the backup service was not ready within two minutes: its repository can't be opened")
}
