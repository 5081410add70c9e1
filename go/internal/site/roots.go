package site

import (
	"crypto/x509"
	"fmt"
	"os"
)

// Roots reads the CAs of the PEM file ca (Site.CA), by which the apps' certificates are verified; nil, which is the
// system's own, where it is empty.
func Roots(ca string) (*x509.CertPool, error) {
	if ca == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("site: ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("site: ca: %s: expected PEM certificates, found none", ca)
	}
	return roots, nil
}
