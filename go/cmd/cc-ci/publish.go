package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/site"
	"coopcloud.tech/cc-ci/internal/store"
)

func publishCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "publish [RUN...]",
		Short: "Bring finished runs into the results store",
		Long: `Brings the results of finished runs into the store that the site names (U6): those named, or
all detached runs of this machine that are not there yet, as after a time without the network.
Runs of Drone's builds do so by themselves. What was published already stays as it is.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			if s.Results == (site.Results{}) {
				return errors.New("publish: the site names no results store (docs/reference/store.md)")
			}
			runs := filepath.Join(s.State, "runs")
			if len(args) == 0 {
				if args, err = unpublished(runs); err != nil {
					return err
				}
			}
			var failed error
			for _, name := range args {
				if !runName.MatchString(name) {
					return usagef("publish: expected a name like 20261123-043500-0a1b2c3d, found %.60q", name)
				}
				if err := publish(cmd.Context(), s.Results, filepath.Join(runs, name)); err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "published %s\n", name)
			}
			return failed
		},
	}
}

// publishedFile says in a run's folder that it need not be sent again.
const publishedFile = "published"

// publish brings one run's folder to where the site says; nowhere where it says nothing.
func publish(ctx context.Context, to site.Results, folder string) error {
	switch {
	case to.Dir != "":
		s, err := store.Open(to.Dir)
		if err != nil {
			return err
		}
		if _, err := s.Publish(folder); err != nil {
			return err
		}
	case to.URL != "":
		keys, err := store.ReadKeys(to.Key)
		if err != nil {
			return err
		}
		if _, err := store.Upload(ctx, to.URL, keys[0], folder); err != nil {
			return err
		}
	default:
		return nil
	}
	return os.WriteFile(filepath.Join(folder, publishedFile), nil, 0o600)
}

// unpublished lists the detached runs that ended with a result and are not in the store.
func unpublished(runs string) ([]string, error) {
	ended, err := filepath.Glob(filepath.Join(runs, "*", "ended.json"))
	var names []string
	for _, path := range ended {
		folder := filepath.Dir(path)
		_, noResult := os.Stat(filepath.Join(folder, "result.json"))
		_, notYet := os.Stat(filepath.Join(folder, publishedFile))
		if noResult == nil && notYet != nil {
			names = append(names, filepath.Base(folder))
		}
	}
	return names, err
}
