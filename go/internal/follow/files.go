package follow

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/sys/atomicwriter"

	"coopcloud.tech/cc-ci/internal/result"
)

// The files in a followed run's folder.
const (
	requestFile = "request.json"
	planFile    = "plan.json"
	endFile     = "ended.json"
	Events      = "events.jsonl"
	Output      = "output" // of the process: what went wrong outside of the run
)

// Request is what a detached run is asked for. Nothing in it is secret.
type Request struct {
	Run    string        `json:"run"`  // id, and name of its folder
	Site   string        `json:"site"` // absolute path of the site file
	Source string        `json:"source,omitempty"`
	Ref    string        `json:"ref,omitempty"`
	PR     int           `json:"pr,omitempty"`
	Stages []string      `json:"stages,omitempty"`
	Lease  time.Duration `json:"lease"` // how long nobody may follow it
	Build  *result.Build `json:"build,omitempty"`
}

// Write makes the folder <runs>/<id> with the request and the plan. It must not be there.
func (r Request) Write(runs string, plan []byte) (folder string, err error) {
	folder = filepath.Join(runs, r.Run)
	if err := os.MkdirAll(runs, 0o700); err != nil {
		return "", fmt.Errorf("the run's folder: %w", err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", fmt.Errorf("the run's folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, planFile), plan, 0o600); err != nil {
		return "", err
	}
	return folder, writeJSON(folder, requestFile, r)
}

// ReadRequest gives what a folder's run was asked for, and its plan.
func ReadRequest(folder string) (r Request, plan []byte, err error) {
	if err := readJSON(filepath.Join(folder, requestFile), &r); err != nil {
		return r, nil, err
	}
	plan, err = os.ReadFile(filepath.Join(folder, planFile))
	return r, plan, err
}

// End is how a followed run ended.
type End struct {
	Code  int    `json:"code"`            // its exit status (I1)
	Error string `json:"error,omitempty"` // what the report does not say
}

// WriteEnd says how the folder's run ended.
func WriteEnd(folder string, e End) error { return writeJSON(folder, endFile, e) }

// ReadEnd gives fs.ErrNotExist while the run lives, and for ever where it was killed.
func ReadEnd(folder string) (e End, err error) {
	err = readJSON(filepath.Join(folder, endFile), &e)
	return e, err
}

// writeJSON puts a file into place in one step.
func writeJSON(folder, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return atomicwriter.WriteFile(filepath.Join(folder, name), append(b, '\n'), 0o600)
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
