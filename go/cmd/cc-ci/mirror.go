package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/mirror"
	"coopcloud.tech/cc-ci/internal/server"
)

type mirrorFlags struct {
	forge, org, tokenFile, upstream string
	branch, from                    string
	dryRun, yes                     bool
}

func mirrorCmd() *cobra.Command {
	var f mirrorFlags
	cmd := &cobra.Command{
		Use:   "mirror RECIPE",
		Short: "Bring a recipe from upstream to the organisation's repositories",
		Long: `Makes the organisation's repository of the recipe where it is missing, lets its main branch and its tags
follow upstream's, and opens a pull request for a branch of yours. It shows what it will write and asks first.
Nothing is written over: a main branch with commits of its own gets upstream's as a pull request, a tag that
differs is left and named, and it ends with 1 then.

It is run by a person, with a token of their own in a file: write:repository, and write:organization where a
repository has to be made.`,
		Example: `  cc-ci mirror hedgedoc --forge https://git.example.org --organisation recipes --token-file ~/.config/forge-token
  cc-ci mirror hedgedoc ... --branch my-change --from ./hedgedoc`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.forge, "forge", "", "address of the Gitea server")
	fl.StringVar(&f.org, "organisation", "", "the organisation that has the mirrors")
	fl.StringVar(&f.tokenFile, "token-file", "", "file with your own token")
	fl.StringVar(&f.upstream, "upstream", "https://git.coopcloud.tech/coop-cloud", "where recipes come from: RECIPE.git below it")
	fl.StringVar(&f.branch, "branch", "", "push the HEAD of --from as this branch and open a pull request")
	fl.StringVar(&f.from, "from", "", "your local clone of the recipe, for --branch")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show what would be written, and write nothing")
	fl.BoolVar(&f.yes, "yes", false, "don't ask")
	return cmd
}

func (f *mirrorFlags) request(name string) (mirror.Request, error) {
	if !isAddress(f.forge) {
		return mirror.Request{}, usagef("mirror: --forge: expected https://host without a name or password, found %q", f.forge)
	}
	if !server.Confidential(f.forge) {
		return mirror.Request{}, usagef("mirror: --forge: expected https (http to this machine alone), for your token goes there; found %q", f.forge)
	}
	if !server.NameForm.MatchString(f.org) {
		return mirror.Request{}, usagef("mirror: --organisation: expected a name of the forge, found %q", f.org)
	}
	token, err := apiclient.ReadSecret(f.tokenFile)
	if err != nil {
		return mirror.Request{}, usagef("mirror: --token-file: %w", err)
	}
	r := mirror.Request{Recipe: name, Upstream: strings.TrimSuffix(f.upstream, "/") + "/" + name + ".git", Token: token, Branch: f.branch, From: f.from}
	if err := r.Check(); err != nil {
		return r, usagef("mirror: %w", err)
	}
	return r, nil
}

func (f *mirrorFlags) run(cmd *cobra.Command, name string) error {
	r, err := f.request(name)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "cc-ci-mirror-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	forge := gitea.New(f.forge, f.org, r.Token)
	defer forge.Close()
	plan, err := mirror.Look(cmd.Context(), forge, r, dir)
	if err != nil {
		return fmt.Errorf("mirror %s: %w", name, err)
	}
	out := cmd.OutOrStdout()
	for _, line := range plan.Lines {
		fmt.Fprintf(out, "  %s\n", line)
	}
	for _, c := range plan.Conflicts {
		fmt.Fprintf(out, "  conflict: %s\n", c)
	}
	switch {
	case plan.Nothing():
		fmt.Fprintf(out, "mirror %s: nothing to do\n", name)
	case f.dryRun:
		fmt.Fprintf(out, "mirror %s: nothing was written (--dry-run)\n", name)
	default:
		if err := f.agreed(cmd, name); err != nil {
			return err
		}
		if err := plan.Do(cmd.Context(), forge, func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }); err != nil {
			return fmt.Errorf("mirror %s: %w", name, err)
		}
	}
	if len(plan.Conflicts) > 0 {
		return coded{exitRed, fmt.Errorf("mirror %s: %d conflicts are left for you", name, len(plan.Conflicts))}
	}
	return nil
}

// agreed asks before anything is written.
func (f *mirrorFlags) agreed(cmd *cobra.Command, name string) error {
	if f.yes {
		return nil
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "write this to %s/%s/%s? [y/N] ", strings.TrimSuffix(f.forge, "/"), f.org, name)
	answer, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return usagef("mirror: nothing was written: expected y, found %q (--yes doesn't ask)", strings.TrimSpace(answer))
	}
	return nil
}
