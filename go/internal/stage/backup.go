package stage

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// Backup proves that the app's data comes back (S3): state is written, a backup taken,
// the state changed, and the change seen; after the restore the state is the one before.
// Each situation that plan.Backup.Restore names is tried with the same snapshot.
func Backup(ctx context.Context, d Deps, rec *Record) error {
	if why := d.Plan.Backup.NotApplicable; why != "" {
		return notApplicable(why)
	}
	if f := d.Version.Facts; !f.BackedUp() {
		if len(f.Volumes) == 0 {
			return notRun("the recipe has no volumes and no backup labels; declare backup.notApplicable if there is nothing to save")
		}
		return notRun("no service has the label backupbot.backup=true")
	}
	if err := d.deployed(ctx, rec); err != nil {
		return err
	}
	vars := d.vars()
	if err := d.write(ctx, rec, vars); err != nil {
		return err
	}
	point.Written.Reached()
	if d.Plan.State.Generic && !hasMarkers(vars) {
		return notRun("no state is declared, and a marker fits nowhere in what the backup labels save")
	}
	b := backup{Deps: d, rec: rec, vars: vars}
	if err := b.written(ctx); err != nil {
		return err
	}
	if err := b.create(ctx); err != nil {
		return err
	}
	for _, s := range situations {
		if !slices.Contains(d.Plan.Backup.Restore, s.name) {
			continue
		}
		if err := b.try(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// backup is the stage at work on one snapshot.
type backup struct {
	Deps
	rec  *Record
	vars *step.Vars
	id   string // of the snapshot
}

// written looks that verify sees what write wrote: else every restore would be blamed for it.
func (b *backup) written(ctx context.Context) error {
	err := b.verify(ctx, b.rec, b.vars)
	if result.OutcomeOf(err) == result.Fail {
		return fmt.Errorf("state.verify does not see what state.write wrote, before any backup: %w", err)
	}
	return err
}

// create takes the backup and looks into it: a backup that "succeeded" may hold nothing.
func (b *backup) create(ctx context.Context) error {
	err := timed(b.rec, "backup", "abra app backup create", func() (err error) {
		if err = b.App.Settled(ctx); err == nil {
			b.id, err = b.App.Backup(ctx)
		}
		return err
	})
	if err != nil {
		return err
	}
	point.BackedUp.Reached()
	return timed(b.rec, "snapshot", "it holds what the labels save", func() error {
		files, err := b.App.Repository().Files(ctx, b.id, telling(b.Version.Facts))
		if err != nil {
			return err
		}
		return whole(b.Version.Facts, files, func(path string) (string, error) { return b.App.Repository().Tail(ctx, b.id, path) })
	})
}

// situation is one way in which people need a restore.
type situation struct {
	name  string
	after string // what the state must be seen to be lost by
	lose  func(*backup, context.Context) error
}

// situations in the order in which they are tried: each leaves the app deployed.
var situations = []situation{
	{"in-place", "after state.change", (*backup).inPlace},
	{"volumes-destroyed", "after the volumes were destroyed", (*backup).destroyVolumes},
	{"fresh", "in a fresh deployment", (*backup).anew},
}

// try loses the state, sees that it is lost, restores, and verifies. What crashed until now would
// be forgotten with the deployment.
func (b *backup) try(ctx context.Context, s situation) error {
	if err := b.steady(ctx, b.rec, b.App.Steady); err != nil {
		return err
	}
	if err := s.lose(b, ctx); err != nil {
		return err
	}
	lost, err := b.mustDiffer(ctx, s.after)
	if err != nil {
		return err
	}
	point.Lost.Reached()
	if err := timed(b.rec, "restore", "abra app restore, "+s.name, func() error { return b.App.Restore(ctx, b.id) }); err != nil {
		return err
	}
	point.Restored.Reached()
	if err := timed(b.rec, "ready", "GET "+b.Plan.Ready.Path, func() error { return b.App.Ready(ctx) }); err != nil {
		return err
	}
	return afterRestore(s.name, lost, b.verify(ctx, b.rec, b.vars))
}

// afterRestore names what a verify that fails after a restore means. lost is how it failed before.
func afterRestore(situation, lost string, err error) error {
	switch {
	case err == nil || result.OutcomeOf(err) != result.Fail:
		return err
	case alike(err.Error(), lost):
		return fmt.Errorf("the restore (%s) reported success and changed nothing: %w", situation, err)
	}
	return fmt.Errorf("the restore (%s) did not bring everything back: %w", situation, err)
}

// alike tells whether two failures are of the same assertion and saw the same, but for words with a digit in them: pages tell
// the time, servers the number of their answer.
func alike(a, b string) bool {
	what, seen, _ := strings.Cut(a, ", got ")
	other, saw, _ := strings.Cut(b, ", got ")
	return what == other && numbered.ReplaceAllString(seen, "0") == numbered.ReplaceAllString(saw, "0")
}

var numbered = regexp.MustCompile(`\w*\d\w*`)

// mustDiffer looks that state.verify fails now, and gives how: a verify that still
// passes could not tell a restore from nothing. Its steps are one step of the record.
func (b *backup) mustDiffer(ctx context.Context, after string) (lost string, err error) {
	var scratch Record
	start := time.Now()
	err = b.verify(ctx, &scratch, b.vars)
	s := result.Step{Place: "lost", What: "state.verify fails " + after, Expected: "a failure"}
	switch result.OutcomeOf(err) {
	case result.Fail:
		lost, err = err.Error(), nil
		s.Seen = b.App.Mask.String(lost)
	case result.Pass:
		s.Seen = "it passes"
		err = result.Fault(errors.New("state.verify still passes " + after + ": the test asserts nothing that a restore brings back"))
	default:
		s.Seen = b.App.Mask.String(err.Error())
	}
	s.Outcome, s.Took = result.OutcomeOf(err), time.Since(start)
	b.rec.Add([]result.Step{s}, nil)
	return lost, err
}

// inPlace changes the state, and the dumps that lie about since the backup.
func (b *backup) inPlace(ctx context.Context) error {
	if err := b.changeSeen(ctx); err != nil {
		return err
	}
	return b.replaceDumps(ctx)
}

// destroyVolumes takes the services and volumes away and deploys again.
func (b *backup) destroyVolumes(ctx context.Context) error {
	err := timed(b.rec, "volumes destroyed", "services and volumes", func() error { return b.App.DestroyVolumes(ctx) })
	if err != nil {
		return err
	}
	point.Destroyed.Reached()
	if err := deploy(ctx, b.Deps, b.rec, "again", "abra app deploy, new volumes", b.Version); err != nil {
		return err
	}
	return b.setUp(ctx, b.rec)
}

// anew removes the app wholly and deploys it with the same secrets.
func (b *backup) anew(ctx context.Context) error {
	err := timed(b.rec, "removed", "everything of the app", func() error {
		_, err := b.App.Wipe(ctx)
		return err
	})
	if err != nil {
		return err
	}
	point.Wiped.Reached()
	return b.start(ctx, b.rec, "fresh")
}
