package main

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

var b64 = base64.RawURLEncoding

// signed gives a JWT over claims; sign makes the signature of its first two parts.
func signed(header, claims map[string]any, sign func([]byte) ([]byte, error)) (string, error) {
	var parts [2]string
	for i, v := range []map[string]any{header, claims} {
		b, err := json.Marshal(v)
		if err != nil {
			return "", err
		}
		parts[i] = b64.EncodeToString(b)
	}
	text := parts[0] + "." + parts[1]
	signature, err := sign([]byte(text))
	return text + "." + b64.EncodeToString(signature), err
}

// rs256 signs claims with a provider's key.
func rs256(key *rsa.PrivateKey, claims map[string]any) (string, error) {
	return signed(map[string]any{"alg": "RS256", "typ": "JWT", "kid": "1"}, claims, func(text []byte) ([]byte, error) {
		sum := sha256.Sum256(text)
		return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	})
}

// hs256 signs claims with a shared secret.
func hs256(secret string, claims map[string]any) (string, error) {
	return signed(map[string]any{"alg": "HS256", "typ": "JWT"}, claims, func(text []byte) ([]byte, error) {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(text)
		return mac.Sum(nil), nil
	})
}

// jwks publishes a provider's key.
func jwks(key *rsa.PrivateKey) map[string]any {
	return map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1",
		"n": b64.EncodeToString(key.N.Bytes()), "e": b64.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}}
}

// claimsOf verifies an RS256 token with published keys.
func claimsOf(jwt string, keys []struct{ N, E string }) (map[string]any, error) {
	part := strings.Split(jwt, ".")
	if len(part) != 3 {
		return nil, errors.New("not a JWT")
	}
	signature, err := b64.DecodeString(part[2])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(part[0] + "." + part[1]))
	for _, k := range keys {
		n, err1 := b64.DecodeString(k.N)
		e, err2 := b64.DecodeString(k.E)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature) != nil {
			continue
		}
		body, err := b64.DecodeString(part[1])
		if err != nil {
			return nil, err
		}
		var claims map[string]any
		return claims, json.Unmarshal(body, &claims)
	}
	return nil, errors.New("no published key made this signature")
}

// keyOf gives the key that the store keeps, a new one at first.
func keyOf(s store) (*rsa.PrivateKey, error) {
	if kept, err := s.get("key", "1"); err == nil {
		der, err := base64.StdEncoding.DecodeString(kept)
		if err != nil {
			return nil, err
		}
		return x509.ParsePKCS1PrivateKey(der)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return key, s.put("key", "1", base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key)))
}
