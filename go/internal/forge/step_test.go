//go:build forge

package forge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/follow"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/run"
	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// stepVariable makes this program the one step of the trivial pipeline; its value is the folder of its state.
const stepVariable = "CC_CI_FORGE_STEP"

// trivialYML hands everything to step.
const trivialYML = `kind: pipeline
type: exec
name: recipe

clone:
  disable: true

trigger:
  event: [custom]

steps:
  - name: run
    commands:
      - CC_CI_FORGE_STEP="$FORGE_STEP" "$FORGE_PROGRAM"
`

// step is a run without an app: it claims the build's key with the code that a run claims it with, adds a line to
// "runs", takes as long as the recipe's name says, "held" as long as the test wants, and publishes a result. The recipe "red" fails.
func step(state string) int {
	params, err := trigger.ParseParams(os.Getenv)
	if err != nil {
		return fail(2, err)
	}
	build, err := follow.BuildOf(os.Getenv, trigger.ParamComment)
	if err != nil || build == nil {
		return fail(2, errors.Join(err, errors.New("no build")))
	}
	started, id := time.Now(), run.NewID(time.Now())
	claims, err := follow.OpenClaims(state)
	if err == nil {
		err = claims.Take(id, *build)
	}
	if err != nil {
		return fail(3, err)
	}
	if err := appendLine(filepath.Join(state, "runs"), params.Comment+" "+fmt.Sprint(build.Number)); err != nil {
		return fail(3, err)
	}
	if _, pause, ok := strings.Cut(params.Recipe, "takes-"); ok {
		d, err := time.ParseDuration(pause)
		if err != nil {
			return fail(2, err)
		}
		time.Sleep(d)
	}
	if params.Recipe == "held" {
		if err := held(state); err != nil {
			return fail(3, err)
		}
	}
	r := result.Result{
		Schema: result.Schema, ID: id, Recipe: params.Recipe, PR: int(params.PR), Started: started, Ended: time.Now(), Outcome: result.Pass,
		Level: &result.Level{Reached: 1}, Build: build, Identity: result.Identity{Commit: params.Ref},
		Stages: []result.Stage{{Name: "install", Outcome: result.Pass, Started: started, Took: time.Since(started)}},
	}
	if params.Recipe == "red" {
		r.Outcome, r.Reason, r.Stages[0].Outcome, r.Stages[0].Reason = result.Fail, "it is red", result.Fail, "it is red"
	}
	if err := publish(state, r); err != nil {
		return fail(3, err)
	}
	return r.Outcome.ExitStatus()
}

// heldFile is there as long as the runs of the recipe "held" are to go on.
const heldFile = "held"

// heldLimit is for a test that forgot its runs.
const heldLimit = 10 * time.Minute

func held(state string) error {
	for end := time.Now().Add(heldLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(state, heldFile)); err != nil {
			return nil
		}
	}
	return fmt.Errorf("held for more than %s", heldLimit)
}

func fail(code int, err error) int {
	fmt.Println(err)
	return code
}

func publish(state string, r result.Result) error {
	folder, err := os.MkdirTemp(state, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "result.json"), b, 0o600); err != nil {
		return err
	}
	if address := os.Getenv(uploadVariable); address != "" {
		return upload(address, folder)
	}
	s, err := store.Open(filepath.Join(state, "results"))
	if err != nil {
		return err
	}
	_, err = s.Publish(folder)
	return err
}

// The address that a host without a store sends its results to, and the file with the key; both in the runner's environment.
const (
	uploadVariable    = "CC_CI_FORGE_UPLOAD"
	uploadKeyVariable = "CC_CI_FORGE_UPLOAD_KEY"
)

func upload(address, folder string) error {
	keys, err := store.ReadKeys(os.Getenv(uploadKeyVariable))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = store.Upload(ctx, address, keys[0], folder)
	return err
}

// appendLine is atomic between processes for a line this short.
func appendLine(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}
