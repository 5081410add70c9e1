package sidecar

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"

	"coopcloud.tech/cc-ci/internal/plan"
)

// letters are those of abra's default charset (contract section 7).
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// kind says how a kind of secret is made of a length, and which lengths make sense:
// none below 8 characters, which could not be masked.
type kind struct {
	unit                   string
	shortest, usual, limit int
	make                   func(length int) (string, error)
}

var kinds = map[string]kind{
	"hex":          {"characters", 8, 64, 4096, hexText},
	"alphanumeric": {"characters", 8, 32, 4096, alphanumeric},
	"base64":       {"bytes", 6, 32, 4096, base64Text},
	"rsa-key":      {"bits", 2048, 2048, 8192, rsaKey},
}

// Generate makes the value of a secret from the system's random source. A length of
// zero gives the usual one: 64 hex characters, 32 letters and digits, 32 bytes in
// base64, an RSA key of 2048 bits (PEM, PKCS #8). {"alphanumeric", N} is also what
// `length=N` in an env sample asks of abra, for the values that abra doesn't tell.
func Generate(s plan.InsertSecret) (string, error) {
	k, known := kinds[s.Kind]
	if !known {
		return "", fmt.Errorf("generate a secret: expected kind hex, alphanumeric, base64 or rsa-key, found %q", s.Kind)
	}
	length := cmp.Or(s.Length, k.usual)
	if length < k.shortest || length > k.limit {
		return "", fmt.Errorf("generate a secret of kind %s: expected %d to %d %s, found %d", s.Kind, k.shortest, k.limit, k.unit, length)
	}
	return k.make(length)
}

// hexText makes n characters; of an odd number the last byte gives one.
func hexText(n int) (string, error) {
	b := make([]byte, (n+1)/2)
	rand.Read(b)
	return hex.EncodeToString(b)[:n], nil
}

func alphanumeric(n int) (string, error) {
	b := make([]byte, n)
	for i := range b {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			return "", err
		}
		b[i] = letters[k.Int64()]
	}
	return string(b), nil
}

func base64Text(n int) (string, error) {
	b := make([]byte, n)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b), nil
}

func rsaKey(bits int) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return "", fmt.Errorf("generate an RSA key of %d bits: %w", bits, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}
