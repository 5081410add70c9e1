package redact

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// sample is a log as apps and engines write it, in lines of about 93 bytes, with one
// secret per 64 KB.
func sample(secret string) []byte {
	r := rand.New(rand.NewPCG(5, 6))
	var b bytes.Buffer
	for next := 64 << 10; b.Len() < 4<<20; {
		switch r.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "10.0.%d.%d - - [23/Nov/2026:01:%02d:%02d +0000] \"GET /notes/%x HTTP/1.1\" 200 %d\n", r.IntN(256), r.IntN(256), r.IntN(60), r.IntN(60), r.Uint64(), r.IntN(9999))
		case 1:
			fmt.Fprintf(&b, "{\"level\":\"info\",\"time\":%d,\"msg\":\"request completed\",\"id\":\"%x\",\"took\":%d}\n", r.Uint32(), r.Uint64(), r.IntN(999))
		case 2:
			fmt.Fprintf(&b, "app.1.%x | \x1b[32mINFO\x1b[0m migration %d applied, %d rows rewritten in %d ms\n", r.Uint64(), r.IntN(99), r.IntN(9999), r.IntN(999))
		case 3:
			fmt.Fprintf(&b, "    at Object.handler (/srv/app/node_modules/server/lib/router_%d.js:%d:%d) [as _onImmediate]\n", r.IntN(9), r.IntN(999), r.IntN(99))
		}
		if b.Len() > next {
			fmt.Fprintf(&b, "DB_PASSWORD=%s\n", secret)
			next += 64 << 10
		}
	}
	return b.Bytes()
}

// benchPatterns gives n patterns: values of 10 to 128 characters.
func benchPatterns(n int) []string {
	r := rand.New(rand.NewPCG(7, 8))
	list := make([]string, n)
	for i := range list {
		list[i] = random(r, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 10, 128)
	}
	return list
}

func benchWrites(b *testing.B, name string, data []byte, pieces [][]byte, w io.Writer) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range pieces {
				if _, err := w.Write(p); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func pieces(data []byte, size int) (list [][]byte) {
	if size == 0 {
		return bytes.SplitAfter(data, []byte("\n"))
	}
	for len(data) > size {
		list, data = append(list, data[:size]), data[size:]
	}
	return append(list, data)
}

type replacer struct{ *strings.Replacer }

func (r replacer) Write(p []byte) (int, error) {
	return r.WriteString(io.Discard, string(p))
}

type copier []byte

func (c copier) Write(p []byte) (int, error) { return copy(c, p), nil }

// BenchmarkWriter compares with a plain copy and with strings.NewReplacer, which is
// what a masker that looks at each write by itself would use.
func BenchmarkWriter(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		patterns := benchPatterns(n)
		data := sample(patterns[0])
		var pairs []string
		for _, p := range patterns {
			pairs = append(pairs, p, "***")
		}
		for _, size := range []struct {
			name  string
			bytes int
		}{{"line", 0}, {"32KB", 32 << 10}} {
			name, list := fmt.Sprintf("%d/%s/", n, size.name), pieces(data, size.bytes)
			benchWrites(b, name+"mask", data, list, maskerOf(patterns...).Writer(io.Discard))
			benchWrites(b, name+"copy", data, list, make(copier, 64<<10))
			benchWrites(b, name+"NewReplacer", data, list, replacer{strings.NewReplacer(pairs...)})
		}
	}
}
