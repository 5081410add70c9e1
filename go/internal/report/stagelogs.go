package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"coopcloud.tech/cc-ci/internal/event"
)

// StageLogs writes the events of each stage to <dir>/<stage>, as plain stamped lines,
// each line at once: `cc-ci follow` reads them while they grow. A stage that comes twice
// (remove) is appended to. wrap puts the masker between the lines and a file and is
// closed before it; events without a stage are not logged. Files have mode 0600.
func StageLogs(dir string, wrap func(io.Writer) io.WriteCloser) event.Printer {
	return &stageLogs{dir: dir, wrap: wrap, open: map[string]stageLog{}}
}

type stageLogs struct {
	dir  string
	wrap func(io.Writer) io.WriteCloser
	open map[string]stageLog
	err  error
}

type stageLog struct {
	masked io.WriteCloser
	file   *os.File
}

// A stage's name is a file's name here.
var stageName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (p *stageLogs) Event(e event.Event) {
	if p.err != nil || e.Stage == "" {
		return
	}
	log, ok := p.open[e.Stage]
	if !ok {
		if log, p.err = p.create(e.Stage); p.err != nil {
			return
		}
		p.open[e.Stage] = log
	}
	_, p.err = io.WriteString(log.masked, stamped(e))
	if e.Kind == event.StageEnd && p.err == nil {
		delete(p.open, e.Stage)
		p.err = log.close()
	}
}

func (p *stageLogs) create(stage string) (stageLog, error) {
	if !stageName.MatchString(stage) {
		return stageLog{}, fmt.Errorf("log of a stage: expected a name like \"install\", found %q", stage)
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return stageLog{}, err
	}
	f, err := os.OpenFile(filepath.Join(p.dir, stage), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return stageLog{}, err
	}
	return stageLog{masked: p.wrap(f), file: f}, nil
}

func (l stageLog) close() error {
	err := l.masked.Close()
	if e := l.file.Close(); err == nil {
		err = e
	}
	return err
}

// Close closes the logs of stages that did not end and gives the first error of all.
func (p *stageLogs) Close() error {
	for _, l := range p.open {
		if err := l.close(); p.err == nil {
			p.err = err
		}
	}
	return p.err
}
