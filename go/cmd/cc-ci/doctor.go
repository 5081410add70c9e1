package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/contract"
	"coopcloud.tech/cc-ci/internal/doctor"
	"coopcloud.tech/cc-ci/internal/site"
)

func doctorCmd() *cobra.Command {
	var abraContract bool
	var image string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look whether this machine can run tests",
		Long: `Looks at what a run needs, row by row, and says what to do where something is wrong.
With --abra-contract it runs the commands that the driver relies on against the site's abra, on
a throw-away app, and says for each whether it agrees with what the driver expects.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSite(cmd)
			if err != nil {
				return err
			}
			if abraContract {
				return checkContract(cmd, s, image)
			}
			if !doctor.Print(cmd.OutOrStdout(), doctor.Check(cmd.Context(), s)) {
				return errors.New("this machine can't run tests yet")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&abraContract, "abra-contract", false, "compare abra with what the driver expects of it")
	cmd.Flags().StringVar(&image, "image", "nginx:alpine", "an image with a tag that the engine has or can pull")
	return cmd
}

func checkContract(cmd *cobra.Command, s site.Site, image string) error {
	rows, err := contract.Check(cmd.Context(), contract.Options{Abra: s.Abra, Docker: s.Docker, Image: image})
	if err = errors.Join(contract.Print(cmd.OutOrStdout(), rows), err); err != nil {
		return err
	}
	if slices.ContainsFunc(rows, func(r contract.Row) bool { return r.Verdict == contract.Differs }) {
		return errors.New("this abra differs from what the driver expects")
	}
	return nil
}
