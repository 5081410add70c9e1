package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/trigger"
)

func (m *model) on(do func(*modelPull, *http.Request) (int, any)) func(*http.Request) (int, any) {
	return func(r *http.Request) (int, any) {
		n, _ := strconv.ParseInt(r.PathValue("n"), 10, 64)
		p := m.pulls[trigger.Pull{Owner: r.PathValue("owner"), Repo: r.PathValue("repo"), Number: n}]
		if p == nil {
			return 404, map[string]any{"message": "not there"}
		}
		return do(p, r)
	}
}

func sinceOf(r *http.Request) time.Time {
	t, _ := time.Parse(time.RFC3339, r.URL.Query().Get("since"))
	return t
}

func (m *model) search(r *http.Request) (int, any) {
	out := []any{}
	for _, p := range m.pulls {
		if !p.updated.Before(sinceOf(r)) {
			out = append(out, map[string]any{
				"number": p.pull.Number, "updated_at": p.updated, "pull_request": map[string]any{},
				"repository": map[string]any{"full_name": p.pull.Owner + "/" + p.pull.Repo},
			})
		}
	}
	return 200, out
}

func (m *model) readPull(p *modelPull, _ *http.Request) (int, any) {
	state := map[bool]string{true: "open", false: "closed"}[p.open]
	return 200, map[string]any{"number": p.pull.Number, "state": state, "head": map[string]any{"sha": p.sha, "repo": map[string]any{"full_name": p.source}}}
}

// shown is the head that the forge shows to people.
func (m *model) shown(p *modelPull, _ *http.Request) (int, any) {
	ref := fmt.Sprintf("refs/pull/%d/head", p.pull.Number)
	return 200, []any{map[string]any{"ref": ref, "object": map[string]any{"sha": cmp.Or(p.noted, p.sha)}}}
}

func (m *model) listComments(p *modelPull, r *http.Request) (int, any) {
	out := []any{}
	for _, c := range p.comments {
		if !c.updated.Before(sinceOf(r)) {
			out = append(out, c.json())
		}
	}
	return 200, out
}

func (c *modelComment) json() any {
	return map[string]any{"id": c.id, "body": c.body, "created_at": c.created, "updated_at": c.updated, "user": map[string]any{"login": c.author}}
}

func (m *model) postComment(p *modelPull, r *http.Request) (int, any) {
	if p.locked {
		return 403, map[string]any{"message": "blocked"}
	}
	m.comment(p, bot, bodyOf(r))
	return 201, p.comments[len(p.comments)-1].json()
}

func (m *model) editComment(r *http.Request) (int, any) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	for _, p := range m.pulls {
		for _, c := range p.comments {
			if c.id == id {
				c.body, c.updated = bodyOf(r), m.clock
				return 200, c.json()
			}
		}
	}
	return 404, map[string]any{"message": "no such comment"}
}

func (m *model) deleteComment(r *http.Request) (int, any) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	for _, p := range m.pulls {
		p.comments = slices.DeleteFunc(p.comments, func(c *modelComment) bool { return c.id == id })
	}
	return 204, nil
}

func (m *model) timeline(p *modelPull, r *http.Request) (int, any) {
	out := []any{}
	for _, push := range p.pushes {
		if r.URL.Query().Get("page") == "1" {
			out = append(out, map[string]any{"type": "pull_push", "created_at": push.at, "body": `{"commit_ids":["` + push.sha + `"]}`})
		}
	}
	return 200, out
}

func (m *model) listBuilds(r *http.Request) (int, any) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	out := []any{}
	for n := len(m.builds) - (page-1)*size; n > 0 && len(out) < size; n-- {
		out = append(out, m.buildJSON(n))
	}
	return 200, out
}

func (m *model) buildJSON(n int) any {
	b := m.builds[n-1]
	unix := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.Unix()
	}
	return map[string]any{
		"number": n, "status": b.status, "params": b.params, "after": sha(5000),
		"created": unix(b.created), "started": unix(b.started), "finished": unix(b.finished),
	}
}

func (m *model) createBuild(r *http.Request) (int, any) {
	params := map[string]string{}
	for name, v := range r.URL.Query() {
		params[name] = v[0]
	}
	m.builds = append(m.builds, &modelBuild{params: params, status: "pending", created: m.clock})
	return 200, m.buildJSON(len(m.builds))
}

// modelResults is the results store of the model.
type modelResults struct{ m *model }

func (r modelResults) Find(_ context.Context, b trigger.Build) (*answer.Report, error) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	o := r.m.results[b.Params[trigger.ParamComment]]
	if o == "" || o == "none" {
		return nil, nil
	}
	return &answer.Report{Result: result.Result{
		Schema: result.Schema, Recipe: b.Recipe(), Outcome: o, Started: b.Started, Ended: b.Finished,
		Identity: result.Identity{Commit: b.Params[trigger.ParamRef]},
		Stages:   []result.Stage{{Name: "install", Outcome: o, Took: 21 * time.Second}},
	}}, nil
}

func (r modelResults) Typical(string) time.Duration { return 50 * time.Second }

// readForm reads a comment's body before its request is gone.
func readForm(r *http.Request) map[string][]string {
	var v struct{ Body string }
	json.NewDecoder(r.Body).Decode(&v) //nolint:errcheck // a build has no body
	return map[string][]string{"body": {v.Body}}
}

func bodyOf(r *http.Request) string {
	if r.Form == nil {
		r.Form = readForm(r)
	}
	return r.Form.Get("body")
}

func (m *model) routes() http.Handler {
	mux := http.NewServeMux()
	route := func(pattern string, do func(r *http.Request) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { m.serve(w, r, pattern, do) })
	}
	const repo = "/api/v1/repos/{owner}/{repo}"
	route("GET /api/v1/repos/issues/search", m.search)
	route("GET "+repo+"/issues/{n}/comments", m.on(m.listComments))
	route("POST "+repo+"/issues/{n}/comments", m.on(m.postComment))
	route("PATCH "+repo+"/issues/comments/{id}", m.editComment)
	route("DELETE "+repo+"/issues/comments/{id}", m.deleteComment)
	route("GET "+repo+"/issues/{n}/timeline", m.on(m.timeline))
	route("GET "+repo+"/pulls/{n}", m.on(m.readPull))
	route("GET "+repo+"/git/refs/pull/{n}/head", m.on(m.shown))
	route("POST "+repo+"/statuses/{sha}", func(r *http.Request) (int, any) { return 403, nil })
	route("GET "+repo+"/contents/{path...}", func(r *http.Request) (int, any) {
		list := []any{map[string]any{"name": "_template", "type": "dir"}, map[string]any{"name": "README.md", "type": "file"}}
		for _, e := range m.enrolled {
			list = append(list, map[string]any{"name": e, "type": "dir"})
		}
		return 200, list
	})
	route("GET "+repo, func(r *http.Request) (int, any) {
		return 200, map[string]any{"full_name": r.PathValue("owner") + "/" + r.PathValue("repo"), "default_branch": "main"}
	})
	route("GET "+repo+"/branches/main", func(r *http.Request) (int, any) {
		return 200, map[string]any{"name": "main", "commit": map[string]any{"id": sha(999)}}
	})
	route("GET /api/v1/orgs/org/members/{user}", func(r *http.Request) (int, any) {
		if status := m.members[r.PathValue("user")]; status != 0 {
			return status, nil
		}
		return 404, nil
	})
	route("GET /api/repos/org/cc-ci", func(*http.Request) (int, any) {
		return 200, map[string]any{"slug": "org/cc-ci", "ignore_pull_requests": !m.unguarded}
	})
	route("GET /api/repos/org/cc-ci/builds", m.listBuilds)
	route("POST /api/repos/org/cc-ci/builds", m.createBuild)
	route("GET /api/repos/org/cc-ci/builds/{n}", func(r *http.Request) (int, any) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		return 200, m.buildJSON(n)
	})
	route("DELETE /api/repos/org/cc-ci/builds/{n}", func(r *http.Request) (int, any) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		if b := m.builds[n-1]; b.status == "pending" || b.status == "running" {
			b.status, b.finished = "killed", m.clock
		}
		return 200, nil
	})
	return mux
}

// serve answers one request, unless it is an unlucky one: refused without effect, cut off
// without effect, cut off after the effect, or brought to its effect much later.
func (m *model) serve(w http.ResponseWriter, r *http.Request, pattern string, do func(*http.Request) (int, any)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[pattern]++
	forge := strings.HasPrefix(r.URL.Path, "/api/v1/")
	luck := 1.0
	if m.luck != nil {
		luck = m.luck.Float64()
	}
	switch {
	case forge && m.forgeDown, !forge && m.droneDown, luck < 0.02:
		w.WriteHeader(http.StatusBadGateway)
		return
	case luck < 0.04:
		panic(http.ErrAbortHandler)
	case luck < 0.08 && r.Method != http.MethodGet:
		do(r)
		panic(http.ErrAbortHandler)
	case luck < 0.12 && (r.Method == http.MethodPost || r.Method == http.MethodPatch):
		copied := r.Clone(context.Background())
		copied.Form = readForm(r)
		wait := time.Duration(1+m.luck.IntN(12)) * time.Second
		m.late = append(m.late, lateRequest{m.clock.Add(wait), func() (int, any) { return do(copied) }})
		panic(http.ErrAbortHandler)
	}
	status, body := do(r)
	w.Header().Set("Date", m.clock.Add(m.ahead).UTC().Format(http.TimeFormat))
	b, _ := json.Marshal(body)
	m.bytes += len(b)
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		w.Write(b) //nolint:errcheck // the bridge went away
	}
}
