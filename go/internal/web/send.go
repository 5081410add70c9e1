package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"
)

// pageLimit is the largest body that is held in memory, hashed and compressed.
const pageLimit = 4 << 20

// leastPacked is the least body that is worth compressing.
const leastPacked = 1 << 10

// send answers with a body that is in memory, compressed where the client and the type
// allow, or with 304 where the client has it. The ETag is weak: it names the content, in
// whatever encoding.
func (s *Server) send(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	sum := sha256.Sum256(body)
	tag := hex.EncodeToString(sum[:12])
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("ETag", `W/"`+tag+`"`)
	if text(kind) {
		h.Add("Vary", "Accept-Encoding")
		if len(body) >= leastPacked && acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = s.packed.pack(tag, body)
		}
	}
	r.Header.Del("Range") // of which encoding it would be is anybody's guess
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func text(kind string) bool {
	return strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "image/svg+xml"
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, 12.5.3).
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" || coding == "*" {
			return strings.Trim(strings.TrimPrefix(strings.TrimSpace(weight), "q="), "0.") != "" || weight == ""
		}
	}
	return false
}

// packed keeps the compressed form of the pages that were asked for last: the overview is
// asked for again and again, and takes ten milliseconds to compress.
type packed struct {
	mu   sync.Mutex
	kept map[string][]byte
}

const maxPacked = 64

func (p *packed) pack(tag string, body []byte) []byte {
	p.mu.Lock()
	b, ok := p.kept[tag]
	p.mu.Unlock()
	if ok {
		return b
	}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, 6) // 6 is a level
	_, _ = z.Write(body)                 // a bytes.Buffer takes everything
	_ = z.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= maxPacked {
		p.kept = map[string][]byte{}
	}
	p.kept[tag] = out.Bytes()
	return out.Bytes()
}
