package gitea

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/trigger"
)

func TestMain(m *testing.M) {
	apiclient.WaitMin, apiclient.WaitMax = time.Millisecond, time.Millisecond
	os.Exit(m.Run())
}

var pull = trigger.Pull{Owner: "org", Repo: "hedgedoc", Number: 7}

// serve answers every request with one status and body, and records what was asked.
func serve(t *testing.T, do http.HandlerFunc) (*Client, func() []string) {
	t.Helper()
	var mu sync.Mutex // the answer that a client waits for may never have come
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.RequestURI())
		mu.Unlock()
		if r.Header.Get("Authorization") != "token s3cret" || strings.Contains(r.URL.RequestURI(), "s3cret") {
			t.Errorf("%s: the token belongs into the header: %v", r.URL, r.Header)
		}
		do(w, r)
	}))
	t.Cleanup(s.Close)
	c := New(s.URL+"/", "org", "s3cret").As("ci-bot")
	t.Cleanup(c.Close)
	return c, func() []string { mu.Lock(); defer mu.Unlock(); return asked }
}

func TestMember(t *testing.T) {
	for _, tt := range []struct {
		status  int
		is, err bool
		asked   int
	}{
		{204, true, false, 1},
		{404, false, false, 1},
		{303, false, true, 1}, // to /public_members, where a concealed member is 404: not followed
		{200, false, true, 1},
		{401, false, true, 1},
		{403, false, true, 1},
		{500, false, true, 3},
		{502, false, true, 3},
	} {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			c, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/api/v1/orgs/org/public_members/ada")
				w.WriteHeader(tt.status)
			})
			is, err := c.Member(context.Background(), "ada")
			if is != tt.is || (err != nil) != tt.err || len(asked()) != tt.asked || asked()[0] != "GET /api/v1/orgs/org/members/ada" {
				t.Errorf("found %v, %v, asked %v", is, err, asked())
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the token is in %q", err)
			}
		})
	}
	t.Run("no answer", func(t *testing.T) {
		c, _ := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		if is, err := c.Member(context.Background(), "ada"); is || err == nil {
			t.Errorf("found %v, %v", is, err)
		}
	})
	t.Run("a name with a way up", func(t *testing.T) {
		c, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) })
		c.Member(context.Background(), "../../../users/ada") //nolint:errcheck // what counts is what was asked
		if asked()[0] != "GET /api/v1/orgs/org/members/..%2F..%2F..%2Fusers%2Fada" {
			t.Errorf("asked %v", asked())
		}
	})
}

func TestTouched(t *testing.T) {
	since := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	issue := func(n int, repo string) string {
		return fmt.Sprintf(`{"number":%d,"updated_at":"2026-11-23T12:00:05Z","pull_request":{},"repository":{"full_name":%q}}`, n, repo)
	}
	c, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Mon, 23 Nov 2026 12:00:09 GMT")
		if r.URL.Query().Get("page") == "1" {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s/api/v1/repos/issues/search?page=2>; rel="next"`, r.Host))
			fmt.Fprintf(w, "[%s,%s]", issue(7, "org/hedgedoc"), issue(1, "other/thing"))
			return
		}
		fmt.Fprintf(w, "[%s]", issue(8, "org/cryptpad"))
	})
	got, now, err := c.Touched(context.Background(), since)
	if err != nil || len(got) != 2 || got[0].Pull != pull || got[1].Repo != "cryptpad" || now.Sub(since) != 9*time.Second {
		t.Errorf("found %v, %s, %v", got, now, err)
	}
	if want := "GET /api/v1/repos/issues/search?limit=50&owner=org&page=1&since=2026-11-23T12%3A00%3A00Z&state=all&type=pulls"; len(asked()) != 2 || asked()[0] != want {
		t.Errorf("expected %s and its second page, asked %v", want, asked())
	}
}

func TestPushes(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	push := func(second, commits string) string {
		return `{"type":"pull_push","created_at":"2026-11-23T` + second + `Z","body":"{\"is_force_push\":false,\"commit_ids\":[` + commits + `]}"}`
	}
	const comment = `{"type":"comment","created_at":"2026-11-23T12:00:05Z","body":"{\"commit_ids\":[\"x\"]}"}`
	for _, tt := range []struct {
		name, entries string
		after         bool
		newest        string
	}{
		{"nothing", ``, false, ""},
		{"a push in the same second", push("12:00:00", `\"a\"`), true, "a"},
		{"a push before", push("11:59:59", `\"a\",\"b\"`), false, "b"},
		{"a later comment", push("11:59:59", `\"a\"`) + "," + comment, false, "a"},
		{"behind a comment", comment + "," + push("12:00:05", `\"b\"`), true, "b"},
		{"before and after", push("11:59:59", `\"a\"`) + "," + push("12:00:01", `\"b\"`), true, "b"},
		{"a push that names no commit", push("11:59:58", `\"a\"`) + "," + push("11:59:59", ``), false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("page") != "1" {
					fmt.Fprint(w, "[]")
					return
				}
				fmt.Fprintf(w, "[%s]", tt.entries)
			})
			if after, newest, err := c.Pushes(context.Background(), pull, at); after != tt.after || newest != tt.newest || err != nil {
				t.Errorf("expected %v, %q, found %v, %q, %v", tt.after, tt.newest, after, newest, err)
			}
		})
	}
}

func TestHead(t *testing.T) {
	sha := strings.Repeat("a", 40)
	other := strings.Repeat("b", 40)
	open := func(repo string) string { return `{"state":"open","head":{"sha":"` + sha + `","repo":` + repo + `}}` }
	ref := func(sha string) string { return `[{"ref":"refs/pull/7/head","object":{"sha":"` + sha + `"}}]` }
	for _, tt := range []struct {
		name, body, refs string // no refs: they are not there
		status           int
		want             trigger.Head
		gone, fail       bool
	}{
		{"open", open(`{"full_name":"org/hedgedoc"}`), ref(sha), 200, trigger.Head{Open: true, SHA: sha, Source: "org/hedgedoc"}, false, false},
		{"a fork", open(`{"full_name":"mallory/doc"}`), ref(sha), 200, trigger.Head{Open: true, SHA: sha, Source: "mallory/doc"}, false, false},
		{"a fork that was deleted", open(`null`), ref(sha), 200, trigger.Head{Open: true, SHA: sha, Source: "org/hedgedoc"}, false, false},
		{"a push that is not shown", open(`null`), ref(other), 200, trigger.Head{Open: true, SHA: sha, Source: "org/hedgedoc", Unseen: true}, false, false},
		{"nothing is shown", open(`null`), "", 200, trigger.Head{Open: true, SHA: sha, Source: "org/hedgedoc", Unseen: true}, false, false},
		{"another name that begins alike", open(`null`), strings.ReplaceAll(ref(sha), "head", "head2"), 200, trigger.Head{Open: true, SHA: sha, Source: "org/hedgedoc", Unseen: true}, false, false},
		{"merged", `{"state":"closed","merged":true,"head":{"sha":"` + sha + `"}}`, "", 200, trigger.Head{SHA: sha, Source: "org/hedgedoc"}, false, false},
		{"no commit", `{"state":"open","head":{"sha":""}}`, "", 200, trigger.Head{}, false, true},
		{"deleted", `{"message":"not found"}`, "", 404, trigger.Head{}, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case !strings.Contains(r.URL.Path, "/git/refs/"):
					w.WriteHeader(tt.status)
					fmt.Fprint(w, tt.body)
				case tt.refs == "":
					w.WriteHeader(404)
				default:
					fmt.Fprint(w, tt.refs)
				}
			})
			got, err := c.Head(context.Background(), pull)
			if got != tt.want || (err != nil) != tt.fail || errors.Is(err, trigger.ErrGone) != tt.gone {
				t.Errorf("found %+v, %v", got, err)
			}
		})
	}
}

// TestPostOnce: a comment whose answer is lost is not posted again here.
func TestPostOnce(t *testing.T) {
	c, asked := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := c.Post(context.Background(), pull, "x"); err == nil || len(asked()) != 1 {
		t.Errorf("found %v, asked %v", err, asked())
	}
}

// TestPostAsAnother: with another account's token nothing stays, and nothing more is written.
func TestPostAsAnother(t *testing.T) {
	c, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{"POST": 201, "DELETE": 204}[r.Method])
		if r.Method == "POST" {
			fmt.Fprint(w, `{"id":5,"user":{"login":"root"}}`)
		}
	})
	for range 2 {
		if _, err := c.Post(context.Background(), pull, "x"); !errors.Is(err, trigger.ErrForbidden) || !strings.Contains(err.Error(), "of root, not of the bot ci-bot") {
			t.Errorf("found %v", err)
		}
	}
	if want := "DELETE /api/v1/repos/org/hedgedoc/issues/comments/5"; len(asked()) != 2 || asked()[1] != want {
		t.Errorf("expected one post and %s, asked %v", want, asked())
	}
}

// TestEndless: an answer without end is given up, and so is a server that says nothing.
func TestEndless(t *testing.T) {
	t.Run("no end", func(t *testing.T) {
		c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			junk := []byte(strings.Repeat(" ", 1<<20))
			for {
				if _, err := w.Write(junk); err != nil {
					return
				}
			}
		})
		if _, err := c.Comments(context.Background(), pull, time.Time{}); !errors.Is(err, apiclient.ErrTooLong) {
			t.Errorf("expected %v, found %v", apiclient.ErrTooLong, err)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		c, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if _, err := c.Comments(ctx, pull, time.Time{}); err == nil {
			t.Error("expected an error")
		}
	})
}
