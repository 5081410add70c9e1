package follow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

// Claims is the folder that says which run belongs to which build and to which trigger.
type Claims struct{ dir string }

// OpenClaims makes <state>/builds where it isn't there.
func OpenClaims(state string) (Claims, error) {
	dir := filepath.Join(state, "builds")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Claims{}, fmt.Errorf("folder of builds: %w", err)
	}
	return Claims{dir}, nil
}

// Claim is who has a key.
type Claim struct {
	Run       string       `json:"run"`
	Build     result.Build `json:"build"`
	Duplicate bool         `json:"duplicate,omitempty"` // Run belongs to another build, which had the key before
}

// DuplicateError is the end of a build whose key was claimed before (T5).
type DuplicateError struct{ First Claim }

func (e DuplicateError) Error() string {
	return fmt.Sprintf("duplicate of build %d of %s: the same trigger (%s) runs only once; comment again for another run",
		e.First.Build.Number, e.First.Build.Repository, e.First.Build.Key)
}

var repositoryForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$`)

// BuildOf reads which build of Drone this process belongs to from its environment, of
// which get is os.Getenv; nil for none. key is the name of the trigger's parameter. What
// Drone says of itself wins over a build's parameters, so only the key is a stranger's.
func BuildOf(get func(string) string, key string) (*result.Build, error) {
	repository, number := get("DRONE_REPO"), get("DRONE_BUILD_NUMBER")
	if repository == "" && number == "" {
		return nil, nil
	}
	b := result.Build{Key: get(key), Repository: repository, Link: get("DRONE_BUILD_LINK")}
	var err error
	if b.Number, err = strconv.ParseInt(number, 10, 64); err != nil || b.Number < 1 {
		return nil, fmt.Errorf("DRONE_BUILD_NUMBER: expected a number of 1 or more, found %.40q", number)
	}
	if !repositoryForm.MatchString(repository) {
		return nil, fmt.Errorf("DRONE_REPO: expected owner/name, found %.220q", repository)
	}
	return &b, nil
}

// Take claims the build's key and the build for a run, the key first: a kill in between
// leaves a build without a run. DuplicateError where the key was taken; the build knows
// then whose duplicate it is.
func (c Claims) Take(run string, b result.Build) error {
	if !result.ValidKey(b.Key) {
		return fmt.Errorf("the build's trigger: expected small letters, digits and dashes, found %.160q", b.Key)
	}
	mine := Claim{Run: run, Build: b}
	first, err := c.take("key-"+b.Key, mine)
	if err != nil {
		return err
	}
	if first.Run != run {
		first.Duplicate = true
		if _, err := c.take(buildName(b), first); err != nil {
			return err
		}
		return DuplicateError{first}
	}
	if first, err = c.take(buildName(b), mine); err == nil && first.Run != run {
		err = fmt.Errorf("build %d of %s has started run %s already", b.Number, b.Repository, first.Run)
	}
	return err
}

// Of gives the run of a build. ErrNoRun where it started none, DuplicateError where
// its key was another build's.
func (c Claims) Of(b result.Build) (run string, err error) {
	var claim Claim
	err = readJSON(filepath.Join(c.dir, buildName(b)), &claim)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("build %d of %s started no run on this machine: %w", b.Number, b.Repository, ErrNoRun)
	case err != nil:
		return "", err
	case claim.Duplicate:
		return "", DuplicateError{claim}
	}
	return claim.Run, nil
}

// take makes a claim in one step, and gives the one that counts: this, or an older one.
func (c Claims) take(name string, mine Claim) (Claim, error) {
	b, err := json.Marshal(mine)
	if err != nil {
		return Claim{}, err
	}
	tmp, err := os.CreateTemp(c.dir, ".new-")
	if err != nil {
		return Claim{}, err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return Claim{}, err
	}
	path := filepath.Join(c.dir, name)
	err = os.Link(tmp.Name(), path) // never replaces
	if !errors.Is(err, fs.ErrExist) {
		return mine, err
	}
	var first Claim
	return first, readJSON(path, &first)
}

// claimAge is how long a claim is kept: far longer than a comment can be run after an
// outage (T5), and than a build stays in a queue.
const claimAge = 90 * 24 * time.Hour

// Prune removes claims of long ago.
func (c Claims) Prune(now time.Time) error {
	entries, err := os.ReadDir(c.dir)
	for _, e := range entries {
		if info, gone := e.Info(); gone == nil && now.Sub(info.ModTime()) > claimAge {
			err = errors.Join(err, os.Remove(filepath.Join(c.dir, e.Name())))
		}
	}
	return err
}

func buildName(b result.Build) string {
	return fmt.Sprintf("build-%s-%d", strings.ReplaceAll(b.Repository, "/", "+"), b.Number)
}
