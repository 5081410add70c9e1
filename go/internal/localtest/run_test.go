package localtest

import (
	"io"
	"strings"
	"testing"
)

func TestCapped(t *testing.T) {
	out := &capped{max: 5}
	n, err := io.Copy(out, strings.NewReader("1234567"))
	if n != 7 || err != nil || out.kept.String() != "12345" || !out.more {
		t.Errorf("got %d, %v, %q, more %t", n, err, out.kept.String(), out.more)
	}
	if _, err := out.Write([]byte("8")); err != nil || out.kept.Len() != 5 {
		t.Errorf("a full one: got %v, %q", err, out.kept.String())
	}
}
