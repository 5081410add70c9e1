package redact

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// gram is the number of bytes looked at per probe; no pattern may be shorter.
const gram = 4

// maxBits bounds the bitmap to 32 KB, the usual size of a first-level cache.
const maxBits = 18

// index is a set of patterns ready to be searched for. It never changes.
type index struct {
	patterns []pattern // ordered by text, no text twice
	longest  int
	newline  bool // some pattern holds a line end

	stride int      // bytes from probe to probe
	shift  uint     // of the hash, so that it fits bits
	bits   []uint64 // hashes of all grams
	grams  map[uint32][]place
	heads  [1 << 16 / 64]uint64 // first two bytes of every pattern
}

type pattern struct {
	text  []byte
	label []byte
}

// place says that a gram stands at an offset of a pattern.
type place struct{ pattern, offset int32 }

// span is one find: b[from:to] is the pattern.
type span struct{ from, to, pattern int }

// compare orders by start, the longer first: its label stands for an overlap.
func (s span) compare(o span) int {
	return cmp.Or(cmp.Compare(s.from, o.from), cmp.Compare(o.to, s.to), cmp.Compare(s.pattern, o.pattern))
}

// newIndex builds the index of known: pattern -> name of its secret.
func newIndex(known map[string]string) *index {
	x := &index{grams: map[uint32][]place{}}
	shortest := 0
	for text, name := range known {
		x.patterns = append(x.patterns, pattern{[]byte(text), []byte(Label(name))})
		x.longest = max(x.longest, len(text))
		if shortest == 0 || len(text) < shortest {
			shortest = len(text)
		}
	}
	if shortest == 0 {
		return x
	}
	slices.SortFunc(x.patterns, func(a, b pattern) int { return bytes.Compare(a.text, b.text) })
	x.stride = shortest - gram + 1
	x.size(len(x.patterns) * x.stride)
	for i, p := range x.patterns {
		x.learn(i, p.text)
	}
	return x
}

// size makes the bitmap sparse enough that one probe in 256 is a false alarm at most,
// as long as that fits the cache.
func (x *index) size(grams int) {
	width := uint(10)
	for width < maxBits && 1<<width < 256*grams {
		width++
	}
	x.shift = 32 - width
	x.bits = make([]uint64, 1<<width/64)
}

func (x *index) learn(i int, text []byte) {
	x.newline = x.newline || bytes.IndexByte(text, '\n') >= 0
	head := binary.BigEndian.Uint16(text)
	x.heads[head>>6] |= 1 << (head & 63)
	for o := range x.stride {
		g := binary.LittleEndian.Uint32(text[o:])
		h := x.hash(g)
		x.bits[h>>6] |= 1 << (h & 63)
		x.grams[g] = append(x.grams[g], place{int32(i), int32(o)})
	}
}

// hash is Knuth's multiplicative one: its upper bits are well mixed.
func (x *index) hash(g uint32) uint32 { return g * 2654435761 >> (x.shift & 31) }

// find appends every occurrence of every pattern in b to found, ordered by start,
// the longer first.
func (x *index) find(b []byte, found []span) []span {
	if len(x.patterns) == 0 {
		return found
	}
	var (
		bits, step = x.bits, x.stride
		i, last    = 0, len(b) - gram
	)
	probe := func(i int) uint64 {
		h := x.hash(binary.LittleEndian.Uint32(b[i:]))
		return bits[h>>6] >> (h & 63)
	}
	// Four probes at once: they don't wait for each other in the processor.
	for ; i+3*step <= last; i += 4 * step {
		if (probe(i)|probe(i+step)|probe(i+2*step)|probe(i+3*step))&1 == 0 {
			continue
		}
		for k := i; k < i+4*step; k += step {
			if probe(k)&1 != 0 {
				found = x.verify(b, k, found)
			}
		}
	}
	for ; i <= last; i += step {
		if probe(i)&1 != 0 {
			found = x.verify(b, i, found)
		}
	}
	if len(found) > 1 {
		slices.SortFunc(found, span.compare)
	}
	return found
}

// verify appends the patterns that the gram at i is part of and that are really there.
func (x *index) verify(b []byte, i int, found []span) []span {
	for _, p := range x.grams[binary.LittleEndian.Uint32(b[i:])] {
		text, from := x.patterns[p.pattern].text, i-int(p.offset)
		if from >= 0 && from+len(text) <= len(b) && bytes.Equal(b[from:from+len(text)], text) {
			found = append(found, span{from, from + len(text), int(p.pattern)})
		}
	}
	return found
}

// tail gives the start of the longest suffix of b with which some pattern begins,
// len(b) where there is none. A complete pattern is no such suffix by itself.
func (x *index) tail(b []byte) int {
	if len(x.patterns) == 0 {
		return len(b)
	}
	from := max(0, len(b)-x.longest+1)
	if !x.newline {
		// No pattern crosses a line end, so a finished line is never held back.
		from += bytes.LastIndexByte(b[from:], '\n') + 1
	}
	for i := from; i < len(b); i++ {
		if i+1 < len(b) {
			head := binary.BigEndian.Uint16(b[i:])
			if x.heads[head>>6]>>(head&63)&1 == 0 {
				continue
			}
		}
		if x.begins(b[i:]) >= 0 {
			return i
		}
	}
	return len(b)
}

// begins gives the first pattern that is longer than b and begins with it, or -1.
func (x *index) begins(b []byte) int {
	i, equal := slices.BinarySearchFunc(x.patterns, b, func(p pattern, b []byte) int { return bytes.Compare(p.text, b) })
	if equal {
		i++
	}
	if i < len(x.patterns) && bytes.HasPrefix(x.patterns[i].text, b) {
		return i
	}
	return -1
}

// edge is where the output stands in relation to a buffer: its first done bytes
// are out already, under a mask if masked.
type edge struct {
	done   int
	masked bool
}

// render appends b up to the offset upto to out, with every find that starts there
// replaced by its label, and gives the edge that the buffer b[upto:] then has.
func (x *index) render(out, b []byte, found []span, e edge, upto int) ([]byte, edge) {
	for _, s := range found {
		if s.from >= upto {
			break
		}
		if s.to <= e.done {
			continue
		}
		if s.from >= e.done {
			out = append(out, b[e.done:s.from]...)
		}
		if s.from >= e.done || !e.masked {
			out = append(out, x.patterns[s.pattern].label...)
		}
		e = edge{s.to, true}
	}
	if e.done < upto {
		out = append(out, b[e.done:upto]...)
		e = edge{upto, false}
	}
	return out, edge{e.done - upto, e.masked}
}
