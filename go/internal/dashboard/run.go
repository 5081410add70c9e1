package dashboard

import (
	"io/fs"

	"coopcloud.tech/cc-ci/internal/ledger"
	"coopcloud.tech/cc-ci/internal/report"
	"coopcloud.tech/cc-ci/internal/result"
)

// runPage is a run's page: the report's view of it, and what the runs around it say.
type runPage struct {
	frame
	report.View
	Recipe     string // of the folder, not of the result
	Run        string
	Record     *Record // nil: the history doesn't have the run yet
	Before     string  // the run that failed and makes this one flaky
	Older      string
	Newer      string
	Unreadable string
	Files      []runFile
	Build      *result.Build // nil: from a shell
}

// runFile is a file of a run's folder for those who want it whole.
type runFile struct{ Name, Text string }

// runFiles are those that are there: a runner of another version may have sent fewer.
func (b *Builder) runFiles(recipe, run string) (list []runFile) {
	for _, f := range []runFile{{"result.json", "result.json"}, {"junit.xml", "junit.xml"}, {"report.html", "one-file report"}} {
		if info, err := fs.Stat(b.Store, recipe+"/"+run+"/"+f.Name); err == nil && info.Mode().IsRegular() {
			list = append(list, f)
		}
	}
	return list
}

// newRun makes the page of a run; at is its place in all, oldest first, -1 where it is not there.
func (b *Builder) newRun(recipe, run string, all []Record, at int) runPage {
	v := runPage{frame: newFrame(recipe+" "+run+", cc-ci", "../../../", crumb{recipe, "../"}, crumb{run, ""}), Recipe: recipe, Run: run}
	if at >= 0 {
		v.Record = &all[at]
		if at > 0 {
			v.Older = all[at-1].Run
		}
		if at+1 < len(all) {
			v.Newer = all[at+1].Run
		}
	}
	v.Files = b.runFiles(recipe, run)
	r, files, err := b.open(recipe, run)
	if err != nil {
		v.Unreadable = ledger.EntryAt(b.Store, recipe, run).Unreadable
		return v
	}
	v.View, v.Build = report.LinkedView(r, files), r.Build
	v.Title = v.View.Word + ": " + recipe + " " + v.View.Commit + ", cc-ci"
	if v.Record != nil && v.Record.Flake != nil {
		v.View.Word, v.View.Tone = v.Record.Word(), v.Record.Tone()
		v.Before = v.Record.Flake.Failed
	}
	return v
}
