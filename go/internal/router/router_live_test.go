//go:build live

package router

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
)

// TestLive deploys the program twice: as the router, and as the app behind it, whose /ping answers.
func TestLive(t *testing.T) {
	d := newDeployment(t)
	cert, key := certificate(t, "*.live.test")
	secrets := []*swarm.SecretReference{d.secret("ssl_cert", cert), d.secret("ssl_key", key)}
	app, host := d.service("app", secrets, nil, map[string]string{
		"traefik.enable": "true",
		"traefik.http.services." + d.name + ".loadbalancer.server.port": "8080",
		"traefik.http.routers." + d.name + ".rule":                      "Host(`app.live.test`)",
	}), "app.live.test"
	published := []swarm.PortConfig{{TargetPort: 8443, PublishMode: swarm.PortConfigPublishModeHost, Protocol: swarm.PortConfigProtocolTCP}}
	router := d.service("router", secrets, published, nil)

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	address := d.published(router)
	https := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, "tcp", address)
		},
	}}
	answer := func(host string) string {
		res, err := https.Get("https://" + host + "/ping")
		if err != nil {
			return err.Error()
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return fmt.Sprintf("%d %s", res.StatusCode, b)
	}
	eventually(t, "the app answers", func() (bool, string) { got := answer(host); return got == "200 OK", got })
	if got := answer("other.live.test"); got != "404 404 page not found\n" {
		t.Errorf("unknown name: %q", got)
	}
	if got := answer("app.elsewhere.test"); !strings.Contains(got, "tls:") {
		t.Errorf("a name that the certificate doesn't cover: %q", got)
	}
	if err := d.engine.ServiceRemove(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the removed app is forgotten", func() (bool, string) { got := answer(host); return strings.HasPrefix(got, "404"), got })
}

// deployment makes things under one name and takes all of them away when the test ends.
type deployment struct {
	t      *testing.T
	engine *client.Client
	name   string
}

const label = "cc-ci.router-test"

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	engine, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.SwarmInspect(t.Context()); err != nil {
		t.Fatalf("this test needs a Docker swarm at $DOCKER_HOST with the network proxy (make up): %v", err)
	}
	d := &deployment{t, engine, "router-test-" + strings.ToLower(rand.Text()[:8])}
	t.Cleanup(d.remove)
	d.importImage()
	return d
}

func (d *deployment) image() string { return "cc-ci.test/" + d.name }

func (d *deployment) importImage() {
	d.t.Helper()
	program := filepath.Join(d.t.TempDir(), "router-standin")
	build := exec.CommandContext(d.t.Context(), "go", "build", "-o", program, "coopcloud.tech/cc-ci/cmd/router-standin")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(program)
	if err != nil {
		d.t.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "router-standin", Mode: 0o755, Size: int64(len(b))}); err != nil {
		d.t.Fatal(err)
	}
	w.Write(b)
	w.Close()
	out, err := d.engine.ImageImport(d.t.Context(), image.ImportSource{Source: &archive, SourceName: "-"}, d.image(),
		image.ImportOptions{Changes: []string{`ENTRYPOINT ["/router-standin"]`}})
	if err != nil {
		d.t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(io.Discard, out); err != nil {
		d.t.Fatal(err)
	}
}

func (d *deployment) secret(file string, data []byte) *swarm.SecretReference {
	d.t.Helper()
	name := d.name + "-" + file
	spec := swarm.SecretSpec{Annotations: swarm.Annotations{Name: name, Labels: map[string]string{label: d.name}}, Data: data}
	s, err := d.engine.SecretCreate(d.t.Context(), spec)
	if err != nil {
		d.t.Fatal(err)
	}
	return &swarm.SecretReference{SecretID: s.ID, SecretName: name,
		File: &swarm.SecretReferenceFileTarget{Name: file, UID: "0", GID: "0", Mode: 0o444}}
}

func (d *deployment) service(name string, secrets []*swarm.SecretReference, ports []swarm.PortConfig, labels map[string]string) string {
	d.t.Helper()
	spec := swarm.ServiceSpec{
		Annotations: swarm.Annotations{Name: d.name + "-" + name, Labels: map[string]string{label: d.name}},
		TaskTemplate: swarm.TaskSpec{
			ContainerSpec: &swarm.ContainerSpec{
				Image: d.image(), Secrets: secrets, Labels: map[string]string{label: d.name},
				Mounts: []mount.Mount{{Type: mount.TypeBind, Target: "/var/run/docker.sock", ReadOnly: true,
					Source: strings.TrimPrefix(d.engine.DaemonHost(), "unix://")}},
			},
			Networks: []swarm.NetworkAttachmentConfig{{Target: "proxy"}},
		},
		EndpointSpec: &swarm.EndpointSpec{Mode: swarm.ResolutionModeDNSRR, Ports: ports},
	}
	maps.Copy(spec.Labels, labels)
	s, err := d.engine.ServiceCreate(d.t.Context(), spec, swarm.ServiceCreateOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	return s.ID
}

// published waits for the port that the engine chose on the host.
func (d *deployment) published(service string) (address string) {
	d.t.Helper()
	eventually(d.t, "the router runs", func() (bool, string) {
		tasks, err := d.engine.TaskList(d.t.Context(), swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", service))})
		if err != nil || len(tasks) == 0 {
			return false, text(err)
		}
		status := tasks[0].Status
		for _, p := range status.PortStatus.Ports {
			address = fmt.Sprintf("127.0.0.1:%d", p.PublishedPort)
		}
		return status.State == swarm.TaskStateRunning && address != "", fmt.Sprintf("%s %s", status.State, status.Err)
	})
	return address
}

func (d *deployment) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	mine := filters.NewArgs(filters.Arg("label", label+"="+d.name))
	services, err := d.engine.ServiceList(ctx, swarm.ServiceListOptions{Filters: mine})
	d.check(err)
	for _, s := range services {
		d.check(d.engine.ServiceRemove(ctx, s.ID))
	}
	eventually(d.t, "no container is left", func() (bool, string) {
		containers, err := d.engine.ContainerList(ctx, container.ListOptions{All: true, Filters: mine})
		return err == nil && len(containers) == 0, fmt.Sprintf("%d left, %s", len(containers), text(err))
	})
	secrets, err := d.engine.SecretList(ctx, swarm.SecretListOptions{Filters: mine})
	d.check(err)
	for _, s := range secrets {
		d.check(d.engine.SecretRemove(ctx, s.ID))
	}
	if _, err := d.engine.ImageRemove(ctx, d.image(), image.RemoveOptions{}); !client.IsErrNotFound(err) {
		d.check(err)
	}
	d.check(d.engine.Close())
}

func (d *deployment) check(err error) {
	if err != nil {
		d.t.Errorf("clean up: %v", err)
	}
}

// eventually tries for a minute until ok; seen tells what was found instead.
func eventually(t *testing.T, what string, try func() (ok bool, seen string)) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	began, end := time.Now(), time.After(time.Minute)
	for {
		ok, seen := try()
		if ok {
			t.Logf("%s: after %s", what, time.Since(began).Round(10*time.Millisecond))
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s: not within a minute; last seen: %s", what, seen)
		}
	}
}

// certificate makes a certificate that signs itself, as PEM.
func certificate(t *testing.T, name string) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}
