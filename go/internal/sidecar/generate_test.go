package sidecar

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"regexp"
	"testing"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/redact"
)

func TestGenerate(t *testing.T) {
	for _, c := range []struct {
		kind   string
		length int
		want   string
	}{
		{"hex", 0, `^[0-9a-f]{64}$`}, {"hex", 33, `^[0-9a-f]{33}$`},
		{"alphanumeric", 0, `^[A-Za-z0-9]{32}$`}, {"alphanumeric", 8, `^[A-Za-z0-9]{8}$`},
		{"base64", 0, `^[A-Za-z0-9+/]{43}=$`}, {"base64", 50, `^[A-Za-z0-9+/]{67}=$`},
		{"rsa-key", 0, `^-----BEGIN PRIVATE KEY-----\n`},
	} {
		t.Run(fmt.Sprint(c.kind, c.length), func(t *testing.T) {
			one, err := Generate(plan.InsertSecret{Kind: c.kind, Length: c.length})
			if err != nil || !regexp.MustCompile(c.want).MatchString(one) {
				t.Fatalf("got %q, %v", one, err)
			}
			two, err := Generate(plan.InsertSecret{Kind: c.kind, Length: c.length})
			if err != nil || one == two {
				t.Errorf("not random: %q twice, %v", one, err)
			}
			if err := redact.New().Add("s", one); err != nil {
				t.Errorf("can't be masked: %v", err)
			}
		})
	}
}

func TestGeneratedValuesHaveTheirLength(t *testing.T) {
	text, err := Generate(plan.InsertSecret{Kind: "base64", Length: 50})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := base64.StdEncoding.DecodeString(text); err != nil || len(b) != 50 {
		t.Errorf("got %d bytes, %v", len(b), err)
	}
	text, err = Generate(plan.InsertSecret{Kind: "rsa-key", Length: 2048})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(text))
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil || fmt.Sprintf("%T", key) != "*rsa.PrivateKey" {
		t.Errorf("got %T, %v", key, err)
	}
}

func TestGenerateRefuses(t *testing.T) {
	for _, s := range []plan.InsertSecret{
		{Kind: "word"}, {}, {Kind: "hex", Length: 7}, {Kind: "hex", Length: -1}, {Kind: "alphanumeric", Length: 4097},
		{Kind: "base64", Length: 5}, {Kind: "rsa-key", Length: 1024},
	} {
		if got, err := Generate(s); err == nil {
			t.Errorf("Generate(%+v) gave %q", s, got)
		}
	}
}
