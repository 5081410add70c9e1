package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"coopcloud.tech/cc-ci/internal/secrets"
)

func secretsCmd() *cobra.Command {
	cmd := parent(&cobra.Command{
		Use:   "secrets",
		Short: "Make, rotate, re-key and check a server's encrypted secrets",
		Long: `Keeps the secrets of a server in its repository, one file NAME.age each, encrypted for the keys in
recipients.txt beside them. The age and agenix programs read and write the same files. A value
is read from a file or from standard input, never from the command line, and is never shown.`,
	}, secretsInit(), secretsEdit(), secretsRotate(), secretsRekey(), secretsCheck())
	cmd.PersistentFlags().Bool("runner", false, "the folder is a further runner host's, which has fewer secrets")
	cmd.PersistentFlags().String("dir", "secrets", "folder of the secrets, in the server's repository")
	return cmd
}

// secretsDir is the folder that the flags name.
func secretsDir(cmd *cobra.Command) string {
	dir, _ := cmd.Flags().GetString("dir")
	return dir
}

func openSecrets(cmd *cobra.Command) (*secrets.Folder, error) {
	f, err := secrets.Open(secretsDir(cmd))
	if err != nil {
		return nil, usageError{err}
	}
	f.Runner, err = cmd.Flags().GetBool("runner")
	return f, err
}

// value reads a secret from file, from standard input for "-", and from a person at a terminal
// without showing it where no file is named.
func value(cmd *cobra.Command, s secrets.Secret, file string) ([]byte, error) {
	stdin, terminal := cmd.InOrStdin().(*os.File)
	terminal = terminal && term.IsTerminal(int(stdin.Fd()))
	var text []byte
	var err error
	switch {
	case file == "" && terminal:
		fmt.Fprintf(cmd.ErrOrStderr(), "%s (%s): ", s.Name, s.Description)
		text, err = term.ReadPassword(int(stdin.Fd()))
		fmt.Fprintln(cmd.ErrOrStderr())
	case file == "":
		return nil, usagef("secret %s: name a file with --from, or - for standard input", s.Name)
	case file == "-":
		text, err = io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
	default:
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, usagef("secret %s: %w", s.Name, err)
	}
	if text = []byte(strings.TrimRight(string(text), "\r\n")); len(text) == 0 {
		return nil, usagef("secret %s: expected a value, found none", s.Name)
	}
	return text, nil
}

// tell says what has to be done for a new value to be in force, and with the old one where there was one.
func tell(cmd *cobra.Command, s secrets.Secret, replaced bool) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s: new value\n", s.Name)
	if len(s.Restart) > 0 {
		fmt.Fprintf(out, "  restart: %s\n", strings.Join(s.Restart, " "))
	}
	if replaced {
		fmt.Fprintf(out, "  also: %s\n", s.Also)
	}
}

func secretsInit() *cobra.Command {
	var hosts, from []string
	var recovery string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make what is missing: recipients, recovery key, internal secrets; ask for the operator's",
		Long: `Makes the folder with recipients.txt (the hosts' public keys and a recovery key, whose private half
goes to the file that --recovery names: take it off the machine), every internal secret that is
missing, and asks for the operator's that are missing. Run again, it does only what is left. A recovery
key that is there already, for another folder, serves this one too.
Ends with 3 while a required secret is missing.`,
		Example: "  cc-ci secrets init --dir hosts/cc-ci/secrets --host cc-ci=/etc/ssh/ssh_host_ed25519_key.pub \\\n    --recovery /media/stick/cc-ci-recovery.txt --from forge-token=./token",
		Args:    exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			keys, err := pairs("--host", hosts)
			if err != nil {
				return err
			}
			for name, file := range keys {
				text, err := os.ReadFile(file)
				if err != nil {
					return usagef("--host: %w", err)
				}
				keys[name] = string(text)
			}
			made, err := secrets.Found(secretsDir(cmd), recovery, keys)
			if err != nil {
				return usagef("secrets init: %w", err)
			}
			if made {
				fmt.Fprintf(cmd.OutOrStdout(), "recipients.txt: made\nrecovery key: %s; take it off this machine, two copies in two places\n", recovery)
			}
			files, err := pairs("--from", from)
			if err != nil {
				return err
			}
			return fill(cmd, files)
		},
	}
	cmd.Flags().StringArrayVar(&hosts, "host", nil, "NAME=FILE: a host's SSH public key; may be repeated")
	cmd.Flags().StringVar(&recovery, "recovery", "", "file that the recovery key's private half is written to, outside of the repository")
	cmd.Flags().StringArrayVar(&from, "from", nil, "NAME=FILE: an operator's secret; may be repeated")
	return cmd
}

// pairs splits arguments of the form NAME=FILE.
func pairs(flag string, args []string) (map[string]string, error) {
	out := map[string]string{}
	for _, a := range args {
		name, file, ok := strings.Cut(a, "=")
		if !ok || name == "" || file == "" {
			return nil, usagef("%s: expected NAME=FILE, found %q", flag, a)
		}
		out[name] = file
	}
	return out, nil
}

// fill makes the internal secrets and takes the operator's.
func fill(cmd *cobra.Command, files map[string]string) error {
	f, err := openSecrets(cmd)
	if err != nil {
		return err
	}
	made, err := f.Make()
	for _, s := range made {
		fmt.Fprintf(cmd.OutOrStdout(), "%s: made\n", s.Name)
	}
	if err != nil {
		return err
	}
	for name, file := range files {
		s, err := secrets.Lookup(name)
		if err != nil {
			return usagef("--from: %w", err)
		}
		if f.Has(name) {
			return usagef("--from: %s is there already; `cc-ci secrets edit %s` replaces it", name, name)
		}
		if err := put(cmd, f, s, file); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: taken from %s\n", name, file)
	}
	return ask(cmd, f)
}

// ask takes the required secrets of the operator from a person at a terminal, and names those that stay missing.
func ask(cmd *cobra.Command, f *secrets.Folder) error {
	required, optional := f.Missing()
	var left []string
	for _, s := range required {
		if in, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
			if err := put(cmd, f, s, ""); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: taken\n", s.Name)
			continue
		}
		left = append(left, fmt.Sprintf("  %s: %s\n    cc-ci secrets edit %s --dir %s --from FILE", s.Name, s.Description, s.Name, f.Dir))
	}
	for _, s := range optional {
		fmt.Fprintf(cmd.OutOrStdout(), "%s: not there, and not required: %s\n", s.Name, s.Description)
	}
	if len(left) > 0 {
		return fmt.Errorf("these are yours to give:\n%s", strings.Join(left, "\n"))
	}
	return nil
}

// put encrypts the value that file or a person gives.
func put(cmd *cobra.Command, f *secrets.Folder, s secrets.Secret, file string) error {
	v, err := value(cmd, s, file)
	if err != nil {
		return err
	}
	return f.Put(s.Name, v)
}
