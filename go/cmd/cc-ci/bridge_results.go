package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/bridge"
	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// published is the results store as the bridge sees it: by the key of a build. It is for
// one goroutine.
type published struct {
	store store.Store
	pages string // address of the dashboard, empty for none
	usual map[string]usual
}

// judgedBy is by how many of the recipe's newest runs a verdict is judged, and what is usual.
const judgedBy = 60

// usual is how long a recipe's runs take; it is found out again now and then.
type usual struct {
	took time.Duration
	at   time.Time
}

func (f *bridgeFlags) results() bridge.Results {
	return published{store.Read(f.store), strings.TrimSuffix(f.pages, "/"), map[string]usual{}}
}

func (p published) Find(_ context.Context, b trigger.Build) (*answer.Report, error) {
	r, err := p.store.OfKey(b.Params[trigger.ParamComment])
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := p.report(r)
	out.Flaky, out.Slow = p.judge(r)
	return out, nil
}

// judge says what the recipe's earlier runs make of this one. It is said beside the verdict: where the
// store can't be read, nothing is.
func (p published) judge(r result.Result) (flaky, slow string) {
	all, err := ledger.Read(os.DirFS(p.store.Dir()), r.Recipe, judgedBy)
	if err != nil {
		return "", ""
	}
	e := ledger.EntryOf(r)
	before := all[:0]
	for _, other := range all {
		if other.Run != e.Run && !other.Started.After(e.Started) {
			before = append(before, other)
		}
	}
	if f := ledger.FlakeOf(e, before); f != nil {
		flaky = f.String()
	}
	if pace := ledger.PaceOf(e, before); pace.Slow {
		slow = pace.String()
	}
	return flaky, slow
}

// report adds the addresses, in package web, of the page and of the picture that says most: of the stage
// that failed, else the last one.
func (p published) report(r result.Result) *answer.Report {
	out := &answer.Report{Result: r}
	base, err := url.Parse(p.pages + "/recipe/" + url.PathEscape(r.Recipe) + "/" + url.PathEscape(r.ID) + "/")
	if err != nil || p.pages == "" {
		return out
	}
	out.Page = base.String()
	for _, s := range r.Stages {
		for _, e := range s.Evidence {
			if e.Kind == "screenshot" && fs.ValidPath(e.File) {
				out.Screenshot = base.JoinPath(strings.Split(e.File, "/")...).String()
			}
		}
		if out.Screenshot != "" && (s.Outcome == result.Fail || s.Outcome == result.Error) {
			break
		}
	}
	return out
}

// Typical is 0 where nothing is known, also where the store can't be read: it is said for courtesy.
func (p published) Typical(recipe string) time.Duration {
	u, ok := p.usual[recipe]
	if !ok || time.Since(u.at) > 5*time.Minute {
		entries, _ := ledger.Read(os.DirFS(p.store.Dir()), recipe, judgedBy)
		u = usual{ledger.Usual(entries), time.Now()}
		p.usual[recipe] = u
	}
	return u.took
}
