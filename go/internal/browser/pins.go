package browser

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"time"

	"coopcloud.tech/cc-ci/internal/site"
)

// Pins gives the key of the certificate that the router serves for a host, for
// Options.Pins: its SHA-256 in base64. The certificate is checked against the CAs in
// the PEM file ca first. With no file the public CAs hold and there is nothing to pin.
// The router is host:port; empty means the host's own address.
func Pins(ctx context.Context, ca, router, host string) ([]string, error) {
	if ca == "" {
		return nil, nil
	}
	roots, err := site.Roots(ca)
	if err != nil {
		return nil, err
	}
	router = cmp.Or(router, net.JoinHostPort(host, "443"))
	d := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: &tls.Config{ServerName: host, RootCAs: roots}}
	c, err := d.DialContext(ctx, "tcp", router)
	if err != nil {
		return nil, fmt.Errorf("the certificate for %s at %s: %w", host, router, err)
	}
	defer c.Close()
	leaf := c.(*tls.Conn).ConnectionState().PeerCertificates[0]
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return []string{base64.StdEncoding.EncodeToString(sum[:])}, nil
}
