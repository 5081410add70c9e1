package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// The headers of an upload. The signature covers all others, and by the digest the body.
const (
	headerRun       = "X-Cc-Ci-Run"       // "recipe/run"
	headerKey       = "X-Cc-Ci-Key"       // what asked for the build; "-" where nothing did
	headerTime      = "X-Cc-Ci-Time"      // unix seconds
	headerDigest    = "X-Cc-Ci-Digest"    // SHA-256 of the body, hex
	headerSignature = "X-Cc-Ci-Signature" // HMAC-SHA256, hex
)

// skew is how far the clocks of two hosts may be apart.
const skew = 5 * time.Minute

// ErrSignature means that an upload was not signed with a known key, or not now.
var ErrSignature = errors.New("not signed by a runner of this server")

// Key signs uploads of other runner hosts.
type Key []byte

// minKey is the least length of a key, in bytes.
const minKey = 32

// ReadKeys reads a file with one key a line, 64 hex digits or more; the first one
// signs, each is accepted, so that a key can be changed without a gap.
func ReadKeys(path string) ([]Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("upload key: %w", err)
	}
	var all []Key
	for i, line := range strings.Fields(string(b)) {
		key, err := hex.DecodeString(line)
		if err != nil || len(key) < minKey {
			return nil, fmt.Errorf("upload key: %s: key %d: expected %d hex digits or more", path, i+1, 2*minKey) // the key is not shown
		}
		all = append(all, key)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("upload key: %s: expected %d hex digits or more, found none", path, 2*minKey)
	}
	return all, nil
}

// sign fills the headers.
func (k Key) sign(h http.Header, r result.Result, digest string, now time.Time) {
	key := "-"
	if r.Build != nil {
		key = r.Build.Key
	}
	h.Set(headerRun, r.Recipe+"/"+r.ID)
	h.Set(headerKey, key)
	h.Set(headerTime, strconv.FormatInt(now.Unix(), 10))
	h.Set(headerDigest, digest)
	h.Set(headerSignature, hex.EncodeToString(k.mac(h)))
}

func (k Key) mac(h http.Header) []byte {
	m := hmac.New(sha256.New, k)
	fmt.Fprintf(m, "cc-ci upload 1\n%s\n%s\n%s\n%s\n", h.Get(headerRun), h.Get(headerKey), h.Get(headerTime), h.Get(headerDigest))
	return m.Sum(nil)
}

// upload is what the headers of a verified upload say.
type upload struct {
	recipe, run, key string
	digest           []byte
}

var headerForm = map[string]*regexp.Regexp{
	headerRun:       regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}/[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$`),
	headerKey:       regexp.MustCompile(`^(-|[a-z0-9][a-z0-9-]{0,149})$`),
	headerTime:      regexp.MustCompile(`^[0-9]{1,12}$`),
	headerDigest:    regexp.MustCompile(`^[0-9a-f]{64}$`),
	headerSignature: regexp.MustCompile(`^[0-9a-f]{64}$`),
}

// verify judges an upload by its headers, before anything of its body is read.
func verify(h http.Header, accepted []Key, now time.Time) (upload, error) {
	for name, form := range headerForm {
		if !form.MatchString(h.Get(name)) {
			return upload{}, fmt.Errorf("%s: expected %s: %w", name, form, ErrSignature)
		}
	}
	given, _ := hex.DecodeString(h.Get(headerSignature))
	good := false
	for _, k := range accepted {
		good = hmac.Equal(given, k.mac(h)) || good
	}
	if !good {
		return upload{}, ErrSignature
	}
	seconds, _ := strconv.ParseInt(h.Get(headerTime), 10, 64)
	if apart := now.Sub(time.Unix(seconds, 0)).Abs(); apart > skew {
		return upload{}, fmt.Errorf("signed %s from now, at most %s are taken: %w", apart.Round(time.Second), skew, ErrSignature)
	}
	var u upload
	u.recipe, u.run, _ = strings.Cut(h.Get(headerRun), "/")
	u.key = h.Get(headerKey)
	u.digest, _ = hex.DecodeString(h.Get(headerDigest))
	return u, nil
}
