package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/dashboard/stock"
	"coopcloud.tech/cc-ci/internal/store"
)

// TestUpload sends a run as another runner host does, to the server as it is in use.
func TestUpload(t *testing.T) {
	results, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key, other := store.Key(bytes.Repeat([]byte{1}, 32)), store.Key(bytes.Repeat([]byte{2}, 32))
	s := serve(t, func(r *http.Request) (int, error) { return results.Receive(r, []store.Key{key}) })
	at := httptest.NewServer(s)
	defer at.Close()

	from := t.TempDir()
	if err := stock.Fill(from, stock.Shape{Recipes: 1, Runs: 1, Newest: time.Now()}); err != nil {
		t.Fatal(err)
	}
	runs, err := os.ReadDir(filepath.Join(from, "hedgedoc"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(from, "hedgedoc", runs[0].Name())

	if _, err := store.Upload(t.Context(), at.URL+"/upload", other, folder); err == nil || !strings.Contains(err.Error(), "not signed") {
		t.Errorf("a wrong signature: expected it to be refused, found %v", err)
	}
	if _, err := results.Load("hedgedoc", runs[0].Name()); err == nil || s.came != 0 {
		t.Errorf("after a wrong signature: expected nothing published, found %v, told %d times", err, s.came)
	}
	for n := range 2 { // again is no error and changes nothing
		if _, err := store.Upload(t.Context(), at.URL+"/upload", key, folder); err != nil {
			t.Errorf("upload %d: %v", n+1, err)
		}
	}
	if _, err := results.Load("hedgedoc", runs[0].Name()); err != nil || s.came != 1 {
		t.Errorf("expected the run published and told once, found %v, %d", err, s.came)
	}
	if r, err := http.Post(at.URL+"/upload", "application/gzip", strings.NewReader("x")); err != nil || r.StatusCode != http.StatusUnauthorized {
		t.Errorf("no signature: expected 401, found %v, %v", r, err)
	}
}
