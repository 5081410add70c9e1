package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// markersVar is where write leaves the markers that it made, for verify and change:
// another version may mount a volume elsewhere, or not save it any more.
const markersVar = "generic-markers"

// writeMarkers makes the generic state of the version that is deployed. Without any
// place for a marker it makes none; that is no error here (see hasMarkers).
func (d Deps) writeMarkers(ctx context.Context, rec *Record, vars *step.Vars) error {
	planned, missing := plannedMarkers(d.Version.Facts)
	rec.Findings = append(rec.Findings, missing...)
	var made []marker
	for _, m := range planned {
		fits, err := d.fits(ctx, m)
		if err != nil {
			return err
		}
		if !fits {
			rec.Findings = append(rec.Findings, unverified(m.String()))
			continue
		}
		made = append(made, m)
	}
	b, err := json.Marshal(made)
	if err != nil {
		return err
	}
	vars.Set(markersVar, string(b))
	return d.mark(ctx, rec, "state.write", made, d.kept())
}

// changeMarkers writes another value into every marker.
func (d Deps) changeMarkers(ctx context.Context, rec *Record, vars *step.Vars) error {
	made, err := markersOf(vars)
	if err != nil {
		return err
	}
	return d.mark(ctx, rec, "state.change", made, "lost")
}

// verifyMarkers reads every marker back. All are read; the first failure is given.
func (d Deps) verifyMarkers(ctx context.Context, rec *Record, vars *step.Vars) error {
	made, err := markersOf(vars)
	if err != nil {
		return err
	}
	var first error
	for i, m := range made {
		err := d.marked(rec, fmt.Sprintf("state.verify[%d]", i), m, func(place string) error {
			seen, err := d.read(ctx, m)
			if err == nil && seen != d.kept() {
				err = &result.Failure{Place: place, What: m.String(), Expected: fmt.Sprintf("%q", d.kept()), Seen: fmt.Sprintf("%q", d.shown(seen, 80))}
			}
			return err
		})
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// hasMarkers tells whether write left anything that verify can see.
func hasMarkers(vars *step.Vars) bool {
	made, err := markersOf(vars)
	return err == nil && len(made) > 0
}

func markersOf(vars *step.Vars) ([]marker, error) {
	text, ok := vars.Get(markersVar)
	if !ok {
		return nil, fmt.Errorf("generic state: nothing was written before")
	}
	var made []marker
	return made, json.Unmarshal([]byte(text), &made)
}

// kept is the value that must survive; it is the run's own.
func (d Deps) kept() string { return "kept " + d.Run }

// fits tells whether a marker can be where it was planned: a sub-path may be a file or
// not be there, a database may let only the app in. What doesn't fit is never red.
func (d Deps) fits(ctx context.Context, m marker) (bool, error) {
	if m.Table != "" {
		_, err := d.sql(ctx, m.Table, "SELECT 1;\n")
		if result.OutcomeOf(err) == result.Fail {
			return false, nil
		}
		return err == nil, err
	}
	if m.Folder == "" {
		return true, nil
	}
	service, file, ok := m.at(d.Version.Facts)
	if !ok {
		return false, nil
	}
	return d.App.IsDir(ctx, service, path.Dir(file))
}

// mark writes one value into all markers.
func (d Deps) mark(ctx context.Context, rec *Record, place string, list []marker, value string) error {
	d.Tell(place + " (generic)")
	for i, m := range list {
		if err := d.marked(rec, fmt.Sprintf("%s[%d]", place, i), m, func(string) error { return d.put(ctx, m, value) }); err != nil {
			return err
		}
	}
	return nil
}

// marked records what was done to one marker.
func (d Deps) marked(rec *Record, place string, m marker, work func(place string) error) error {
	start := time.Now()
	err := work(place)
	s := result.Step{Place: place, What: m.String(), Outcome: result.OutcomeOf(err), Took: time.Since(start)}
	if err != nil {
		s.Seen = d.App.Mask.String(err.Error())
	}
	rec.Add([]result.Step{s}, nil)
	return err
}

func (d Deps) put(ctx context.Context, m marker, value string) error {
	if m.Table != "" {
		return d.putRow(ctx, m.Table, value)
	}
	service, file, ok := m.at(d.Version.Facts)
	if !ok {
		return d.gone(m)
	}
	return d.App.WriteFile(ctx, service, file, []byte(value))
}

func (d Deps) read(ctx context.Context, m marker) (string, error) {
	if m.Table != "" {
		return d.row(ctx, m.Table)
	}
	service, file, ok := m.at(d.Version.Facts)
	if !ok {
		return "", d.gone(m)
	}
	b, _, err := d.App.ReadFile(ctx, service, file)
	return string(b), err
}

// gone is a volume that had a marker and isn't mounted any more.
func (d Deps) gone(m marker) error {
	return result.Fault(fmt.Errorf("%s: no service of %s mounts the volume", m, d.Version.Commit[:8]))
}

// shown makes what the app gave fit for an error, at most limit bytes of it: masked before it is cut.
func (d Deps) shown(text string, limit int) string { return result.Cut(d.App.Mask.String(text), limit) }
