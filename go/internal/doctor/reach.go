package doctor

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/certificate"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// Dial reaches an address like "x.ci.example.org:443".
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// held is how many connections are held open at a time: more than come by chance in the second that it takes.
const held = 5

// reached proves that a random name below the CI domain leads to this host's router, over whatever lies between: connections
// to it get the operator's certificate, and while they are held open the router's own network namespace has that many more.
// The host's address is never compared with DNS: a gateway may stand before it.
func reached(ctx context.Context, x examined) (string, error) {
	pair, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if err != nil {
		return "", missing("no certificate that an answer could be compared with")
	}
	pid, err := routerPid(ctx, x)
	if err != nil {
		return "", err
	}
	before, err := established(pid, 443)
	if err != nil {
		return "", err
	}
	name := "reach-" + randomHex() + "." + x.Domain
	for range held {
		conn, err := greet(ctx, x.dial, name)
		if err != nil {
			return "", fmt.Errorf("https://%s: %w; does *.%s lead to this host (DNS, gateway, firewall)?", name, err, x.Domain)
		}
		defer conn.Close()
		if leaf := conn.ConnectionState().PeerCertificates[0]; !leaf.Equal(pair.Leaf) {
			return "", fmt.Errorf("https://%s: expected the certificate of %s, found one for %v: another host, or `cc-ci converge traefik` has to run", name, x.Traefik.Certificate, leaf.DNSNames)
		}
	}
	now, err := established(pid, 443)
	if err != nil {
		return "", err
	}
	if now-before < held {
		return "", fmt.Errorf("https://%s: %d connections were held open, and this host's router has %d more than before: they end at another host", name, held, now-before)
	}
	return fmt.Sprintf("https://%s lands on this host's router", name), nil
}

// greet makes a TLS connection. The certificate is compared by the caller, so that one of a test's own authority will do.
func greet(ctx context.Context, dial Dial, name string) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	raw, err := dial(ctx, "tcp", name+":443")
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, &tls.Config{ServerName: name, InsecureSkipVerify: true}) //nolint:gosec // see above
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return conn, nil
}

// routerPid gives a process of the router's container.
func routerPid(ctx context.Context, x examined) (int, error) {
	e, err := swarm.Connect(ctx, x.Docker)
	if err != nil {
		return 0, missing("no swarm, so no router")
	}
	defer e.Close()
	return e.Pid(ctx, recipe.StackName(x.Traefik.Domain), "app")
}

// established counts the connections to a port in the network namespace of a process.
func established(pid, port int) (int, error) {
	n := 0
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			return 0, err
		}
		for scan := bufio.NewScanner(f); scan.Scan(); {
			words := strings.Fields(scan.Text()) // sl local remote state
			if len(words) > 3 && strings.HasSuffix(words[1], fmt.Sprintf(":%04X", port)) && words[3] == "01" {
				n++
			}
		}
		f.Close()
	}
	return n, nil
}

func randomHex() string {
	b := make([]byte, 5)
	rand.Read(b)
	return hex.EncodeToString(b)
}
