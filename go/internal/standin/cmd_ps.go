package standin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/spf13/cobra"
)

var psFields = []string{"service", "image", "created", "status", "state", "ports", "chaos", "version"}

// appPs prints the app's services: a table, or an object keyed by service (contract 3.10).
func (p *program) appPs() *cobra.Command {
	var machine bool
	cmd := &cobra.Command{
		Use: "ps <domain> [flags]", Short: "Check app deployment status", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, services, err := p.runningApp(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			all := map[string]map[string]string{}
			for _, service := range services {
				row, err := p.psRow(cmd.Context(), a, service, a.read(services))
				if err != nil {
					return err
				}
				key := row["service"]
				if p.switches.Is("ps-key", "full") {
					key = service.Spec.Name
				}
				all[key] = row
			}
			if machine {
				return json.NewEncoder(p.out).Encode(all)
			}
			var rows [][]string
			for _, row := range all {
				var cells []string
				for _, field := range psFields {
					cells = append(cells, row[field])
				}
				rows = append(rows, cells)
			}
			slices.SortFunc(rows, slices.Compare)
			return p.table(psFields, rows)
		},
	}
	cmd.Flags().BoolVarP(&machine, "machine", "m", false, "print machine-readable output")
	return cmd
}

func (p *program) psRow(ctx context.Context, a *app, service swarm.Service, s state) (map[string]string, error) {
	row := map[string]string{
		"service": a.short(service.Spec.Name), "version": s.Version, "chaos": strconv.FormatBool(s.Chaos),
		"image":   strings.Split(service.Spec.TaskTemplate.ContainerSpec.Image, "@")[0],
		"created": "unknown", "state": "unknown", "status": "unknown", "ports": "",
	}
	containers, err := p.engine.API.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(
		filters.Arg("label", "com.docker.swarm.service.id="+service.ID))})
	if err != nil || len(containers) == 0 {
		return row, err
	}
	// The engine lists the newest container first.
	c := containers[0]
	row["state"], row["status"] = string(c.State), c.Status
	row["created"] = time.Unix(c.Created, 0).UTC().Format(time.RFC3339)
	var ports []string
	for _, port := range c.Ports {
		ports = append(ports, fmt.Sprintf("%d/%s", port.PrivatePort, port.Type))
	}
	row["ports"] = strings.Join(ports, ", ")
	return row, nil
}
