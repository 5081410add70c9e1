// Package certificate judges the operator's certificate and key before the router
// gets them (P2). cc-ci never issues or renews one: what is wrong with it is a finding
// for the operator, said with the file, what was expected and what was found.
//
// Contract: nothing is written, and no error holds a byte of the key.
package certificate

import (
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// warnBefore is how long before its end a certificate is a finding.
const warnBefore = 21 * 24 * time.Hour

// maxFile bounds what is read of a file: a chain is a few KiB; a swarm secret holds 500 KiB.
const maxFile = 400 << 10

// ErrUnfit means that this certificate or key must not be served.
var ErrUnfit = errors.New("certificate")

// Pair is a certificate with its key, as the files hold them.
type Pair struct {
	Certificate, Key []byte // PEM
	Leaf             *x509.Certificate
	path             string
}

// Load reads both files and proves that the key is the certificate's. Every error is an ErrUnfit.
func Load(certificate, key string) (Pair, error) {
	p := Pair{path: certificate}
	var err error
	if p.Certificate, err = read(certificate); err != nil {
		return p, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	if p.Key, err = read(key); err != nil {
		return p, fmt.Errorf("%w: key: %w", ErrUnfit, err)
	}
	chain, err := parse(p.Certificate)
	if err != nil {
		return p, fmt.Errorf("%w %s: %w", ErrUnfit, certificate, err)
	}
	p.Leaf = chain[0]
	pair, err := tls.X509KeyPair(p.Certificate, p.Key)
	if err != nil {
		return p, fmt.Errorf("%w: %s: expected the key of %s: %s", ErrUnfit, key, certificate, strings.TrimPrefix(err.Error(), "tls: "))
	}
	if _, ok := pair.PrivateKey.(crypto.Signer); !ok {
		return p, fmt.Errorf("%w: %s: expected a key that can sign", ErrUnfit, key)
	}
	return p, nil
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("expected the operator's file, found none that can be read: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() == 0 || info.Size() > maxFile {
		return nil, fmt.Errorf("%s: expected a file of 1 byte to %d KiB, found %s of %d bytes", path, maxFile>>10, info.Mode().Type(), info.Size())
	}
	return os.ReadFile(path)
}

// parse gives the chain, leaf first.
func parse(text []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("expected certificates alone, found a block %q", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the file: %w", len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errors.New("expected a PEM file with the full chain, found no certificate")
	}
	if chain[0].IsCA && len(chain) > 1 {
		return nil, fmt.Errorf("expected the host's certificate first, found the authority %q", chain[0].Subject.CommonName)
	}
	return chain, nil
}

// Judge says whether the certificate may be served for these names at that time: an
// ErrUnfit where it may not, a warning where it soon may not.
func (p Pair) Judge(now time.Time, names []string) (warning string, err error) {
	day := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
	if now.After(p.Leaf.NotAfter) {
		return "", fmt.Errorf("%w %s: expired on %s; renew it and put the new one there", ErrUnfit, p.path, day(p.Leaf.NotAfter))
	}
	if now.Before(p.Leaf.NotBefore) {
		return "", fmt.Errorf("%w %s: is valid from %s on, and it is %s; is the clock right?", ErrUnfit, p.path, day(p.Leaf.NotBefore), day(now))
	}
	var missing []string
	for _, name := range names {
		if p.Leaf.VerifyHostname(sample(name)) != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("%w %s: does not cover %s; it covers %s", ErrUnfit, p.path, strings.Join(missing, ", "), strings.Join(p.Leaf.DNSNames, ", "))
	}
	if left := p.Leaf.NotAfter.Sub(now); left < warnBefore {
		return fmt.Sprintf("certificate %s expires on %s, in %d days; renew it", p.path, day(p.Leaf.NotAfter), int(left.Hours()/24)), nil
	}
	return "", nil
}

// sample is a name that a wildcard must cover: no app has this one.
func sample(name string) string { return strings.Replace(name, "*", "any-app", 1) }

// Version names the chain by its content, for the names of swarm secrets, which can't be
// changed. The key needs no name of its own: it is proven to be the chain's, and
// nothing that is derived from it may be shown.
func (p Pair) Version() string {
	sum := sha256.Sum256(p.Certificate)
	return "c" + hex.EncodeToString(sum[:5])
}
