package store

import (
	"slices"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// usualOf is how many of the newest passes say what is usual.
const usualOf = 9

// usualSeen bounds how many results are read for that.
const usualSeen = 40

// Usual is how long a recipe's whole matrix usually takes: the median of its newest
// passes. 0 where it never passed. What can't be read does not count.
func (s Store) Usual(recipe string) (time.Duration, error) {
	runs, err := s.Runs(recipe)
	if err != nil {
		return 0, err
	}
	var took []time.Duration
	for _, run := range runs[:min(len(runs), usualSeen)] {
		r, err := s.Load(recipe, run)
		if err != nil || r.Outcome != result.Pass || r.Level == nil { // nil: single stages
			continue
		}
		if took = append(took, r.Ended.Sub(r.Started)); len(took) == usualOf {
			break
		}
	}
	if len(took) == 0 {
		return 0, nil
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
