package standin

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/clone"
)

// listed is one app as `app ls -m` prints it (contract 3.10).
type listed struct {
	Server       string `json:"server"`
	Recipe       string `json:"recipe"`
	AppName      string `json:"appName"`
	Domain       string `json:"domain"`
	Status       string `json:"status,omitempty"`
	Chaos        string `json:"chaos,omitempty"`
	ChaosVersion string `json:"chaosVersion,omitempty"`
	Version      string `json:"version,omitempty"`
	Upgrade      string `json:"upgrade,omitempty"`
}

// serverApps is one server's part of `app ls -m`.
type serverApps struct {
	Apps             []listed `json:"apps"`
	AppCount         int      `json:"appCount"`
	VersionCount     int      `json:"versionCount"`
	UnversionedCount int      `json:"unversionedCount"`
	LatestCount      int      `json:"latestCount"`
	UpgradeCount     int      `json:"upgradeCount"`
}

func (p *program) appList() *cobra.Command {
	var machine, status bool
	var server, recipe string
	cmd := &cobra.Command{
		Use: "list [flags]", Aliases: []string{"ls"}, Short: "List all managed apps", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := p.listApps(cmd.Context(), server, recipe, status)
			if err != nil {
				return err
			}
			if machine {
				return json.NewEncoder(p.out).Encode(all)
			}
			var rows [][]string
			for _, s := range all {
				for _, l := range s.Apps {
					rows = append(rows, []string{l.Server, l.Recipe, l.Domain, l.Status, l.Chaos, l.Version, l.Upgrade})
				}
			}
			return p.table([]string{"SERVER", "RECIPE", "DOMAIN", "STATUS", "CHAOS", "VERSION", "UPGRADE"}, rows)
		},
	}
	cmd.Flags().BoolVarP(&machine, "machine", "m", false, "print machine-readable output")
	cmd.Flags().BoolVarP(&status, "status", "S", false, "show app deployment status")
	cmd.Flags().StringVarP(&server, "server", "s", "", "show apps of a specific server")
	cmd.Flags().StringVarP(&recipe, "recipe", "r", "", "show apps of a specific recipe")
	return cmd
}

func (p *program) listApps(ctx context.Context, server, recipe string, status bool) (map[string]*serverApps, error) {
	paths, err := filepath.Glob(filepath.Join(p.servers(), "*", "*.env"))
	if err != nil {
		return nil, err
	}
	all := map[string]*serverApps{}
	for _, path := range paths {
		a, err := p.loadApp(path)
		if err != nil {
			return nil, err
		}
		if server != "" && a.Server != server || recipe != "" && a.Recipe.Name != recipe {
			continue
		}
		l := listed{Server: a.Server, Recipe: a.Recipe.Name, AppName: a.Name, Domain: a.Env.Get("DOMAIN")}
		if status {
			if err := p.fillStatus(ctx, a, &l); err != nil {
				return nil, err
			}
		}
		if all[a.Server] == nil {
			all[a.Server] = &serverApps{Apps: []listed{}}
		}
		all[a.Server].add(l)
	}
	return all, nil
}

func (p *program) fillStatus(ctx context.Context, a *app, l *listed) error {
	services, err := p.deployed(ctx, a)
	if err != nil {
		return err
	}
	l.Status, l.Version, l.Upgrade = "unknown", "unknown", "unknown"
	if len(services) == 0 {
		return nil
	}
	s := a.read(services)
	l.Status, l.Chaos, l.ChaosVersion = "deployed", strconv.FormatBool(s.Chaos), s.ChaosVersion
	if s.Version == "" {
		return nil
	}
	l.Version = s.Version
	versions, err := a.Recipe.Versions(ctx)
	if err != nil {
		return err
	}
	newer := slices.DeleteFunc(versions, func(v string) bool { return clone.Compare(v, s.Version) <= 0 })
	slices.Reverse(newer)
	l.Upgrade = strings.Join(newer, "\n")
	if len(newer) == 0 {
		l.Upgrade = "latest"
	}
	return nil
}

func (s *serverApps) add(l listed) {
	s.Apps = append(s.Apps, l)
	s.AppCount++
	switch l.Version {
	case "":
	case "unknown":
		s.UnversionedCount++
	default:
		s.VersionCount++
	}
	switch l.Upgrade {
	case "", "unknown":
	case "latest":
		s.LatestCount++
	default:
		s.UpgradeCount++
	}
}
