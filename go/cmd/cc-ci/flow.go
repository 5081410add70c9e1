package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/recorder"
)

// maxRecording bounds the file that is read, in bytes.
const maxRecording = 16 << 20

// flowCmd helps to write flows.
func flowCmd() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "flow",
		Short: "Help to write a recipe's walks through the browser",
	}, flowImportCmd())
}

func flowImportCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Print a recording of Chrome's recorder as Nix, for review",
		Long: `Reads the JSON export of Chrome's DevTools recorder (Recorder panel, "Export as JSON") and
prints its steps as a flow for recipes/<name>/default.nix. FILE may be - for standard input.

What was typed into a password field is replaced by a secret's name. A recording asserts
nothing unless a wait was added to it: add expectText where it matters.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			export, err := readRecording(cmd.InOrStdin(), args[0])
			if err != nil {
				return usageError{err}
			}
			flow, err := recorder.Import(export)
			if err != nil {
				return usageError{fmt.Errorf("%s: %w", args[0], err)}
			}
			_, err = io.WriteString(cmd.OutOrStdout(), flow.Nix())
			return err
		},
	}
}

func readRecording(stdin io.Reader, name string) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read the recording: %w", err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxRecording+1))
	if err == nil && len(b) > maxRecording {
		err = fmt.Errorf("expected at most %d bytes", maxRecording)
	}
	if err != nil {
		return nil, fmt.Errorf("read the recording %s: %w", name, err)
	}
	return b, nil
}
