package main

import (
	"path/filepath"
	"strings"

	"github.com/drone/drone-go/drone"
)

// limits says which builds the runner takes, by lists of patterns as the real one's configuration has them: for a repository's
// owner/name, for the event. An empty list takes all.
func limits(repos, events string) func(*drone.Repo, *drone.Build) bool {
	return func(r *drone.Repo, b *drone.Build) bool { return among(r.Slug, repos) && among(b.Event, events) }
}

func among(s, patterns string) bool {
	if patterns == "" {
		return true
	}
	for p := range strings.SplitSeq(patterns, ",") {
		if ok, _ := filepath.Match(p, s); ok {
			return true
		}
	}
	return false
}
