package trigger

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Phase is how far an answer has come.
type Phase string

// The phases, in order.
const (
	Claimed Phase = "claimed" // the comment is taken; there may be a build
	Started Phase = "started" // the build is known
	Settled Phase = "settled" // nothing more will be done for the comment
)

// Rank orders phases; an unknown one is below all.
func (p Phase) Rank() int {
	return map[Phase]int{Claimed: 1, Started: 2, Settled: 3}[p]
}

// Mark is what an answer says of itself in its last, hidden line. It is all that a
// bridge needs to go on after a kill.
type Mark struct {
	Comment int64 // the comment that is answered
	Phase   Phase
	Ref     string // the commit that was pinned; empty where none was
	Build   int64  // 0 until it is known
}

// Key signs marks, so that nobody who can write a comment, or edit the bot's, can
// claim a trigger or move an answer to another comment.
type Key []byte

var markForm = regexp.MustCompile(`^<!-- cc-ci comment=([0-9]{1,19}) phase=([a-z]{1,10}) ref=([0-9a-f]{40}|-) build=([0-9]{1,18}) mac=([0-9a-f]{64}) -->$`)

// Line gives the hidden line for an answer on p.
func (k Key) Line(p Pull, m Mark) string {
	return fmt.Sprintf("<!-- cc-ci %s mac=%s -->", m.text(), hex.EncodeToString(k.mac(p, m)))
}

// Read gives the mark of an answer on p. Only the last line counts: what stands above
// it may quote anything. False for what this key did not sign for p.
func (k Key) Read(p Pull, body string) (Mark, bool) {
	body = strings.TrimRight(body, "\r\n\t ")
	f := markForm.FindStringSubmatch(body[strings.LastIndexByte(body, '\n')+1:])
	if f == nil {
		return Mark{}, false
	}
	m := Mark{Phase: Phase(f[2]), Ref: strings.Trim(f[3], "-")}
	var err error
	if m.Comment, err = strconv.ParseInt(f[1], 10, 64); err != nil {
		return Mark{}, false
	}
	if m.Build, err = strconv.ParseInt(f[4], 10, 64); err != nil {
		return Mark{}, false
	}
	mac, err := hex.DecodeString(f[5])
	if err != nil || m.Phase.Rank() == 0 || !hmac.Equal(mac, k.mac(p, m)) {
		return Mark{}, false
	}
	return m, true
}

func (m Mark) text() string {
	return fmt.Sprintf("comment=%d phase=%s ref=%s build=%d", m.Comment, m.Phase, cmp.Or(m.Ref, "-"), m.Build)
}

func (k Key) mac(p Pull, m Mark) []byte {
	h := hmac.New(sha256.New, k)
	fmt.Fprintf(h, "cc-ci answer 1\n%s\n%s", p, m.text())
	return h.Sum(nil)
}
