package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/moby/sys/atomicwriter"

	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// page is the name of the report's page in the result's folder.
const page = "report.html"

// report writes the result in all its forms and prints the last screen.
func (s *session) report() (result.Result, error) {
	r := &s.res
	r.Ended = time.Now().UTC()
	r.Outcome = s.verdict()
	r.Again = s.again()
	r.Notices = append(r.Notices, s.mask.Refused()...)
	if len(s.cfg.Stages) == 0 {
		r.Level = result.Climb(r.Stages, r.Findings, s.cfg.Plan.State.Generic)
	}
	r.Reason = reason(r.Outcome, r.Stages)
	report.Tame(r, s.mask.String)
	s.printer.Event(event.Event{Time: time.Now(), Kind: event.RunEnd, Outcome: string(r.Outcome), Took: r.Ended.Sub(r.Started), Text: r.Reason})
	s.printer.Close()
	dir, err := s.write()
	if err != nil {
		return *r, fmt.Errorf("report: %w", err)
	}
	return *r, s.print(filepath.Join(dir, page))
}

// verdict is the worst of the stages. A stage that was asked for by name and could not
// be tried is no pass; in a whole run it is a gap that stops the climb.
func (s *session) verdict() result.Outcome {
	worst := result.Worst(s.res.Stages)
	for _, st := range s.res.Stages {
		if worst == result.Pass && st.Outcome == result.NotRun && slices.Contains(s.cfg.Stages, st.Name) {
			return result.NotRun
		}
	}
	return worst
}

// reason is what the first stage says that ended as the run did; a pass needs none.
func reason(outcome result.Outcome, stages []result.Stage) string {
	for _, st := range stages {
		if st.Outcome == outcome && outcome != result.Pass {
			return st.Reason
		}
	}
	return ""
}

func (s *session) again() string {
	ref := cmp.Or(s.res.Identity.Commit, s.cfg.Ref)
	cmd := fmt.Sprintf("nix run .#test-%s --", s.res.Recipe)
	if s.cfg.Source != "" {
		cmd += " --source " + s.cfg.Source
	}
	if s.cfg.StandIn {
		cmd += " --stand-in"
	}
	if ref != "" {
		cmd += " --ref " + ref
	}
	if s.res.PR != 0 {
		cmd += fmt.Sprintf(" --pr %d", s.res.PR)
	}
	for _, st := range s.cfg.Stages {
		cmd += " --stage " + st
	}
	return cmd
}

// write puts the report beside the run's logs, and copies all of it to Out.
func (s *session) write() (string, error) {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	forms := map[string]func(io.Writer) error{
		"result.json": func(w io.Writer) error { return report.JSON(w, s.res) },
		"junit.xml":   func(w io.Writer) error { return report.JUnit(w, s.res) },
		page:          func(w io.Writer) error { return report.HTML(w, s.res, root.FS()) },
	}
	for name, form := range forms {
		if err := s.writeFile(filepath.Join(s.dir, name), form); err != nil {
			return "", err
		}
	}
	if s.cfg.JUnit != "" {
		if err := s.writeFile(s.cfg.JUnit, forms["junit.xml"]); err != nil {
			return "", err
		}
	}
	point.Reported.Reached()
	if s.cfg.Out == "" {
		return s.dir, nil
	}
	err = s.copyOut(root.FS())
	point.CopiedOut.Reached()
	return s.cfg.Out, err
}

// copyOut copies the report to Out, replacing what an earlier run left there, and
// nothing else of the run's folder: where the app is kept, its private part is still there.
func (s *session) copyOut(files fs.FS) error {
	if err := os.MkdirAll(s.cfg.Out, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"result.json", "junit.xml", page, "run.json", "evidence", "log"} {
		if err := copyNew(filepath.Join(s.cfg.Out, name), files, name); err != nil {
			return err
		}
	}
	return nil
}

// copyNew copies a file or a folder in the place of what is at to.
func copyNew(to string, files fs.FS, name string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	info, err := fs.Stat(files, name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		folder, err := fs.Sub(files, name)
		return errors.Join(err, os.CopyFS(to, folder))
	}
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, info.Mode().Perm())
}

// writeFile writes one form through the masker and into place in one step.
func (s *session) writeFile(path string, form func(io.Writer) error) error {
	var text bytes.Buffer
	masked := s.mask.Writer(&text)
	if err := errors.Join(form(masked), masked.Close()); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return atomicwriter.WriteFile(path, text.Bytes(), 0o644)
}

// print shows the verdict as the style wants it.
func (s *session) print(page string) error {
	masked := s.mask.Writer(s.out.Stdout)
	if s.out.Style == JSON {
		return errors.Join(report.JSON(masked, s.res), masked.Close())
	}
	return errors.Join(report.Summary(masked, terminal(s.out.Stdout), s.res, page), masked.Close())
}
