package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func (p *program) serverGroup() *cobra.Command {
	return group("server", "Manage servers", p.serverAdd(), p.serverList())
}

// serverAdd registers the local engine (contract 3.1).
func (p *program) serverAdd() *cobra.Command {
	var isLocal bool
	cmd := &cobra.Command{
		Use: "add [server] [flags]", Short: "Add a new server", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case isLocal && len(args) > 0:
				return errors.New("cannot use [server] and --local together")
			case !isLocal && len(args) == 0:
				return errors.New("missing argument or flag, please provide a [server] or --local")
			case !isLocal:
				return fmt.Errorf("%s: the stand-in knows the local server only; use --local", args[0])
			}
			return p.addLocal()
		},
	}
	cmd.Flags().BoolVarP(&isLocal, "local", "l", false, "use local server")
	return cmd
}

func (p *program) addLocal() error {
	path := filepath.Join(p.servers(), local)
	if _, err := os.Stat(path); err == nil {
		if p.switches.Is("second-server-add", "fail") {
			return fmt.Errorf("server %s already exists", local)
		}
		p.warn("server %s already exists", local)
		return nil
	}
	if err := os.MkdirAll(path, 0o764); err != nil {
		return err
	}
	p.info("local server successfully added")
	return nil
}

// serverList prints the servers: a table, or an array of {"name","host"}.
func (p *program) serverList() *cobra.Command {
	var machine bool
	cmd := &cobra.Command{
		Use: "list [flags]", Aliases: []string{"ls"}, Short: "List managed servers", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			entries, err := os.ReadDir(p.servers())
			if err != nil {
				return err
			}
			rows := [][]string{}
			objects := []map[string]string{}
			for _, e := range entries {
				host := e.Name()
				if host == local {
					host = "local"
				}
				rows = append(rows, []string{e.Name(), host})
				objects = append(objects, map[string]string{"name": e.Name(), "host": host})
			}
			if machine {
				return json.NewEncoder(p.out).Encode(objects)
			}
			return p.table([]string{"NAME", "HOST"}, rows)
		},
	}
	cmd.Flags().BoolVarP(&machine, "machine", "m", false, "print machine-readable output")
	return cmd
}
