//go:build forge

package forge

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// TestWebhook: Gitea's own delivery starts a build before the next look would; without it a comment waits for that look, within the
// minute that T1 allows. The bridge says itself what made it look. How long both took stands in the test's log: a busy machine must not
// turn it red.
func TestWebhook(t *testing.T) {
	trivial(t, "green")
	const seldom = time.Minute // the longest interval there is
	began := time.Now()
	b := start(t, settings{interval: seldom})
	hook, _, err := admin.CreateOrgHook("recipes", sdk.CreateHookOption{
		Type: sdk.HookTypeGitea, Active: true, Events: []string{"pull_request_comment"},
		Config: map[string]string{"url": "http://" + b.listen + "/hook", "content_type": "json", "secret": hookSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := pull(t, "green")
	pause(t, 1)
	said := time.Now()
	id := comment(t, "ada", p, trigger.Word)
	await(t, "build for the delivery", patience, func() error { return built(t, id) })
	t.Logf("comment to build by webhook: %s", time.Since(said))
	good, woken := looks(t, b)
	if others := 1 + int(time.Since(began)/seldom); woken == 0 || good > others+woken {
		t.Errorf("expected a delivery before every look but %d, found %d of %d", others, woken, good)
	}
	if _, err := admin.DeleteOrgHook("recipes", hook.ID); err != nil {
		t.Fatal(err)
	}
	b.kill(syscall.SIGTERM)
	const interval = 20 * time.Second
	b.args = append(b.args, "--interval", interval.String())
	b.start("")
	answered(t, p, patience, "**GREEN")
	wantBuilds(t, "trivial", id, 1) // seen both ways, fired once

	began = time.Now()
	id = comment(t, "ada", p, trigger.Word)
	await(t, "build by polling", patience, func() error { return built(t, id) })
	took := time.Since(began)
	if took > time.Minute {
		t.Errorf("expected a build within a minute, found it after %s", took)
	}
	t.Logf("comment to build by polling every %s: %s", interval, took)
}

// looks reads from the bridge how often it has looked well, and how often a delivery made it look.
func looks(t *testing.T, b *bridge) (good, woken int) {
	t.Helper()
	resp, err := http.Get("http://" + b.listen + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, `cc_ci_bridge_cycles_total{result="good"} %d`, &good)   //nolint:errcheck // another line
		fmt.Sscanf(line, `cc_ci_bridge_cycles_total{result="woken"} %d`, &woken) //nolint:errcheck // another line
	}
	return good, woken
}

func built(t *testing.T, comment int64) error {
	t.Helper()
	list, err := builds.BuildList("recipes", "trivial", pageOf(1))
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.Params[trigger.ParamComment] == fmt.Sprint(comment) {
			return nil
		}
	}
	return fmt.Errorf("none of %d", len(list))
}

// TestHostileHook: what isn't signed is refused, and nothing that is sent makes the bridge grow or look (T3).
func TestHostileHook(t *testing.T) {
	trivial(t, "green")
	b := start(t, settings{interval: time.Minute})
	good := []byte(`{"action":"created","is_pull":true}`)
	header := func(signature string) map[string]string {
		return map[string]string{"X-Gitea-Event": "issue_comment", "X-Gitea-Signature": signature}
	}
	for _, tt := range []struct {
		name   string
		body   []byte
		header map[string]string
		want   int
	}{
		{"signed", good, header(sign(good, hookSecret)), http.StatusNoContent},
		{"replayed", good, header(sign(good, hookSecret)), http.StatusNoContent}, // costs a look, fires nothing
		{"not signed", good, header(""), http.StatusForbidden},
		{"signed with another secret", good, header(sign(good, "x")), http.StatusForbidden},
		{"a truncated signature", good, header(sign(good, hookSecret)[:62]), http.StatusForbidden},
		{"another body", []byte(`{"action":"created","is_pull":true }`), header(sign(good, hookSecret)), http.StatusForbidden},
		{"signed, no JSON", []byte("{"), header(sign([]byte("{"), hookSecret)), http.StatusBadRequest},
		{"100 MB", make([]byte, 100<<20), header(""), http.StatusRequestEntityTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := b.hook(t.Context(), tt.body, tt.header)
			if len(tt.body) > 1<<20 && err != nil {
				return // it hung up while we were still sending
			}
			if err != nil || got != tt.want {
				t.Errorf("expected status %d, found %d, %v", tt.want, got, err)
			}
		})
	}
	t.Run("slow senders", func(t *testing.T) { slowSenders(t, b) })
	t.Run("10,000 random bodies", func(t *testing.T) {
		before := memory(t, b)
		luck := rand.New(rand.NewPCG(1, 1))
		for n := range 10000 {
			body := make([]byte, luck.IntN(4096))
			for i := range body {
				body[i] = byte(luck.Uint32())
			}
			signature := strconv.FormatUint(luck.Uint64(), 16)
			if n%2 == 0 {
				signature = sign(body, hookSecret)
			}
			got, err := b.hook(t.Context(), body, header(signature))
			if err != nil || got != http.StatusForbidden && got != http.StatusBadRequest {
				t.Fatalf("body %x: expected a refusal, found status %d, %v", body, got, err)
			}
		}
		if after := memory(t, b); after > before+16<<20 {
			t.Errorf("memory grew from %d to %d MB", before>>20, after>>20)
		}
	})
	t.Run("and it still works", func(t *testing.T) {
		p := pull(t, "green")
		pause(t, 1)
		comment(t, "ada", p, trigger.Word)
		if got, err := b.hook(t.Context(), good, header(sign(good, hookSecret))); err != nil || got != http.StatusNoContent {
			t.Fatalf("found status %d, %v", got, err)
		}
		await(t, "answer", patience, func() error {
			list, err := answers(p)
			if err == nil && len(list) == 0 {
				err = fmt.Errorf("none")
			}
			return err
		})
	})
}

func sign(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// slowSenders take every connection and send a byte now and then; they are cut off, and others are served again.
func slowSenders(t *testing.T, b *bridge) {
	var all []net.Conn
	for range 40 {
		c, err := net.Dial("tcp", b.listen)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.listen+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("nobody else is served beside %d slow senders: %v", len(all), err)
	}
	resp.Body.Close()
}

// memory is the resident set of the bridge's process, in bytes.
func memory(t *testing.T, b *bridge) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.process.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
