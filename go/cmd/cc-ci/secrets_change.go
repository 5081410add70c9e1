package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/secrets"
)

func identityFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVarP(files, "identity", "i", nil, "file with a private key that reads the secrets (age's own, or an SSH host key); may be repeated")
}

func secretsEdit() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "edit NAME",
		Short: "Replace one secret by a value from a file, standard input or the terminal",
		Args:  exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := secrets.Lookup(args[0])
			if err != nil {
				return usageError{err}
			}
			f, err := openSecrets(cmd)
			if err != nil {
				return err
			}
			had := f.Has(s.Name)
			if err := put(cmd, f, s, from); err != nil {
				return err
			}
			tell(cmd, s, had)
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "file with the value, - for standard input (default: asked for at the terminal)")
	return cmd
}

func secretsRotate() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "rotate [NAME...]",
		Short: "Give internal secrets new values, and say what has to be restarted",
		Long: `Needs no private key. Deploy the configuration afterwards, then do what it says for each.
With --all it rotates every internal secret but those whose change loses data.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usagef("rotate: expected names of secrets, or --all")
			}
			var chosen []secrets.Secret
			for _, name := range args {
				s, err := secrets.Lookup(name)
				if err != nil {
					return usageError{err}
				}
				chosen = append(chosen, s)
			}
			for _, s := range secrets.Catalog() {
				if all && s.Internal() && !s.Fixed {
					chosen = append(chosen, s)
				}
			}
			f, err := openSecrets(cmd)
			if err != nil {
				return err
			}
			for _, s := range chosen {
				if !s.Internal() {
					return usageError{f.Rotate(s)}
				}
			}
			for _, s := range chosen {
				if err := f.Rotate(s); err != nil {
					return err
				}
				tell(cmd, s, true)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every internal secret that can be rotated without loss")
	return cmd
}

func secretsRekey() *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "rekey",
		Short: "Encrypt every secret for the keys that recipients.txt names now",
		Args:  exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ids, err := secrets.Identities(files...)
			if err != nil {
				return usagef("--identity: %w", err)
			}
			if len(ids) == 0 {
				return usagef("rekey: --identity is missing: a private key that reads the secrets as they are")
			}
			f, err := openSecrets(cmd)
			if err != nil {
				return err
			}
			names, err := f.Rekey(ids)
			if errors.Is(err, secrets.ErrIdentity) {
				return usagef("rekey: %w; nothing was changed", err)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d secrets for %d keys\n", len(names), len(f.Recipients))
			fmt.Fprintln(cmd.OutOrStdout(), "who was taken off the list has the old files and what was in them: rotate what they could read")
			return nil
		},
	}
	identityFlag(cmd, &files)
	return cmd
}

func secretsCheck() *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Prove that no secret lies in the repository in plain text, and none is for unknown keys",
		Long: `Without a private key it looks at the form of every file, at whom it was encrypted for, and searches
the repository for private keys. With --identity it also searches for the secrets' own values, plain and
encoded, proves that this key can read each of them, and that docker can read registry-auth.

Exit status: 0 all is right, 1 something is wrong, 2 usage.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ids, err := secrets.Identities(files...)
			if err != nil {
				return usagef("--identity: %w", err)
			}
			f, err := openSecrets(cmd)
			if err != nil {
				return err
			}
			found, err := f.Check(cmd.Context(), ids)
			if err != nil {
				return err
			}
			for _, x := range found {
				fmt.Fprintln(cmd.OutOrStdout(), x)
			}
			if len(found) > 0 {
				return coded{exitRed, fmt.Errorf("secrets check: %d wrong, named above", len(found))}
			}
			how := "their values were searched for in the repository"
			if len(ids) == 0 {
				how = "their values were not searched for: that needs --identity"
			}
			names, err := f.Names()
			fmt.Fprintf(cmd.OutOrStdout(), "secrets check: right: %d secrets for %d keys; %s\n", len(names), len(f.Recipients), how)
			return err
		},
	}
	identityFlag(cmd, &files)
	return cmd
}
