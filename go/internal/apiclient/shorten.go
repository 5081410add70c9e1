package apiclient

import "io"

// maxString is how much of one JSON string is passed on, in bytes as they were sent: what the bridge itself writes and has
// to find again is at most 80 KB, a build's parameters are a few. A description or comment may be as long as
// its author likes: one of 3 MB of "<", each six bytes in JSON, would else hide 49 others behind maxBody.
const maxString = 128 << 10

// shorten is a reader of JSON that leaves out what a string holds beyond maxString: what is left is the same JSON. A tilde stands for
// what was left out, so that no word becomes the whole of a comment.
type shorten struct {
	io.Reader
	inside  bool // of a string
	escape  int  // bytes of an escape sequence that are to come
	length  int  // of the string so far
	cutting bool // the rest of the string is left out
}

func (s *shorten) Read(p []byte) (int, error) {
	for {
		n, err := s.Reader.Read(p)
		kept := p[:0]
		for _, b := range p[:n] {
			if b, ok := s.pass(b); ok {
				kept = append(kept, b)
			}
		}
		if len(kept) > 0 || err != nil || n == 0 {
			return len(kept), err
		}
	}
}

// pass gives what is passed on for a byte, if anything is.
func (s *shorten) pass(b byte) (byte, bool) {
	switch {
	case !s.inside:
		if b == '"' {
			*s = shorten{Reader: s.Reader, inside: true}
		}
		return b, true
	case s.escape > 0:
		if s.escape--; s.escape == 0 && b == 'u' {
			s.escape = 4 // hex digits; none of them is a u
		}
	case b == '"':
		s.inside = false
		return b, true
	default:
		if b == '\\' {
			s.escape = 1
		}
		if !s.cutting && s.length >= maxString && b&0xC0 != 0x80 { // between two characters, so that the last one is whole
			s.cutting = true
			return '~', true
		}
	}
	s.length++
	return b, !s.cutting
}
