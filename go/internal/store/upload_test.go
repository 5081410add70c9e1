package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

var (
	ours   = Key(bytes.Repeat([]byte("k"), 32))
	theirs = Key(bytes.Repeat([]byte("x"), 32))
)

// serve takes uploads into a store; the second value counts what the last one was answered with.
func serve(t *testing.T) (Store, *httptest.Server, *int) {
	t.Helper()
	s, last := open(t), new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*last, _ = s.Receive(r, []Key{theirs[:31], ours})
		w.WriteHeader(*last)
	}))
	t.Cleanup(server.Close)
	return s, server, last
}

func TestUpload(t *testing.T) {
	s, server, last := serve(t)
	folder := run(t, nil)
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		if _, err := Upload(t.Context(), server.URL, ours, folder); err != nil || *last != want {
			t.Fatalf("got %v, status %d, want %d", err, *last, want)
		}
	}
	other := open(t)
	if _, err := other.Publish(folder); err != nil {
		t.Fatal(err)
	}
	if a, b := tree(t, s.Dir()), tree(t, other.Dir()); !slices.Equal(a, b) {
		t.Errorf("uploaded %q, published %q", a, b)
	}
	if _, err := Upload(t.Context(), server.URL, theirs, folder); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if _, err := Upload(t.Context(), "http://results.example.org/", ours, folder); err == nil || !strings.Contains(err.Error(), "https") {
		t.Errorf("an address that others can read: %v", err)
	}
	changed := run(t, func(r *result.Result) { r.Reason = "other" })
	if _, err := Upload(t.Context(), server.URL, ours, changed); !errors.Is(err, ErrTaken) {
		t.Errorf("another result of the run: %v", err)
	}
}

// archive is a body from names and contents.
func archive(t *testing.T, headers []tar.Header, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	a := tar.NewWriter(z)
	for _, h := range headers {
		h.Size = 0
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(content))
		}
		if err := a.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := a.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(a.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every row is a request that must change nothing.
func TestReceiveRefuses(t *testing.T) {
	folder := run(t, nil)
	r, err := report.Load(filepath.Join(folder, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, kind byte) []tar.Header {
		return []tar.Header{{Typeflag: tar.TypeReg, Name: "result.json"}, {Typeflag: kind, Name: name, Linkname: "/etc/passwd"}}
	}
	good := archive(t, file("junit.xml", tar.TypeReg), string(text))
	for _, c := range []struct {
		name   string
		body   []byte
		edit   func(*http.Request) // after it was signed
		key    Key
		at     time.Time
		status int
	}{
		{"good", good, nil, ours, time.Now(), http.StatusCreated},
		{"no signature", good, func(r *http.Request) { r.Header.Del(headerSignature) }, ours, time.Now(), http.StatusUnauthorized},
		{"a wrong one", good, nil, theirs, time.Now(), http.StatusUnauthorized},
		{"half of one", good, func(r *http.Request) { r.Header.Set(headerSignature, r.Header.Get(headerSignature)[:32]) }, ours, time.Now(), http.StatusUnauthorized},
		{"for another run", good, func(r *http.Request) { r.Header.Set(headerRun, "notes/20261123-043500-ffffffff") }, ours, time.Now(), http.StatusUnauthorized},
		{"for another key", good, func(r *http.Request) { r.Header.Set(headerKey, "1") }, ours, time.Now(), http.StatusUnauthorized},
		{"an old one", good, nil, ours, time.Now().Add(-skew - time.Minute), http.StatusUnauthorized},
		{"one from the future", good, nil, ours, time.Now().Add(skew + time.Minute), http.StatusUnauthorized},
		{"read", good, func(r *http.Request) { r.Method = http.MethodGet }, ours, time.Now(), http.StatusMethodNotAllowed},
		{"another body", good, func(r *http.Request) { r.Body = http.NoBody }, ours, time.Now(), http.StatusBadRequest},
		{"no archive", []byte("hello"), nil, ours, time.Now(), http.StatusBadRequest},
		{"half an archive", good[:len(good)/2], nil, ours, time.Now(), http.StatusBadRequest},
		{"a path that climbs", archive(t, file("log/../../x", tar.TypeReg), string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"an absolute path", archive(t, file("/etc/x", tar.TypeReg), string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"a link", archive(t, file("evidence/x", tar.TypeSymlink), string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"a device", archive(t, file("evidence/x", tar.TypeChar), string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"a file of the living run", archive(t, file("sidecar.json", tar.TypeReg), string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"a file twice", archive(t, file("result.json", tar.TypeReg), string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"no result", archive(t, file("junit.xml", tar.TypeReg)[1:], string(text)), nil, ours, time.Now(), http.StatusBadRequest},
		{"another run's result", archive(t, file("junit.xml", tar.TypeReg), strings.Replace(string(text), "0a1b2c3d", "0a1b2c3e", 1)), nil, ours, time.Now(), http.StatusBadRequest},
		{"a path in the result", archive(t, file("junit.xml", tar.TypeReg), strings.Replace(string(text), `"stages":null`, `"stages":[{"name":"x","outcome":"pass","evidence":[{"file":"../x"}]}]`, 1)), nil, ours, time.Now(), http.StatusBadRequest},
		{"a bomb", archive(t, file("log/zeros", tar.TypeReg)[1:], strings.Repeat("\x00", maxFile+1)), nil, ours, time.Now(), http.StatusBadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			req := httptest.NewRequest(http.MethodPost, "/upload", bytes.NewReader(c.body))
			sum := sha256.Sum256(c.body)
			c.key.sign(req.Header, r, hex.EncodeToString(sum[:]), c.at)
			if c.edit != nil {
				c.edit(req)
			}
			status, err := s.Receive(req, []Key{ours})
			if status != c.status || (err == nil) != (status < 300) {
				t.Errorf("got %d, %v, want %d", status, err, c.status)
			}
			if got := tree(t, s.Dir()); status >= 300 && len(got) > 0 {
				t.Errorf("the store holds %q", got)
			}
		})
	}
}

// A body over the bound is refused while it comes, whatever its headers promise.
func TestReceiveBound(t *testing.T) {
	s := open(t)
	req := httptest.NewRequest(http.MethodPost, "/upload", endless{})
	ours.sign(req.Header, result.Result{Recipe: "notes", ID: "20261123-043500-0a1b2c3d"}, strings.Repeat("0", 64), time.Now())
	if status, err := s.Receive(req, []Key{ours}); status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d, %v", status, err)
	}
	if got := tree(t, s.Dir()); len(got) > 0 {
		t.Errorf("the store holds %q", got)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestReadKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	for _, c := range []struct {
		name, content string
		keys          int
	}{
		{"one", strings.Repeat("ab", 32) + "\n", 1},
		{"an old one beside it", strings.Repeat("ab", 32) + "\n" + strings.Repeat("cd", 32), 2},
		{"short", strings.Repeat("ab", 31), 0},
		{"no hex", strings.Repeat("xy", 32), 0},
		{"none", "\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			put(t, path, c.content)
			got, err := ReadKeys(path)
			if len(got) != c.keys || (err == nil) != (c.keys > 0) {
				t.Errorf("got %d, %v", len(got), err)
			}
			if err != nil && strings.Contains(err.Error(), "abab") {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}
