package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/site"
)

// An app that ends TLS itself is believed whoever signed its certificate, but neither one for another
// name nor one that has run out.
func TestOwnCertificate(t *testing.T) {
	for _, tt := range []struct {
		name, host string
		end        time.Time
		want       string
	}{
		{"its own", "pds.ci.test", time.Now().Add(time.Hour), ""},
		{"of another host", "other.ci.test", time.Now().Add(time.Hour), "valid for other.ci.test, not pds.ci.test"},
		{"run out", "pds.ci.test", time.Now().Add(-time.Minute), "expected one that is valid now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t, tt.host, tt.end)}}
			server.StartTLS()
			defer server.Close()
			client, err := HTTPClient(site.Site{Router: site.Router{Address: server.Listener.Addr().String()}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := probe(t.Context(), client, "https://pds.ci.test/"); err == nil {
				t.Error("an unknown issuer was believed without being asked for")
			}
			OwnCertificate(client)
			switch _, err := probe(t.Context(), client, "https://pds.ci.test/"); {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

func selfSigned(t *testing.T, host string, end time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
