package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/dashboard"
	"coopcloud.tech/cc-ci/internal/generation"
	"coopcloud.tech/cc-ci/internal/web"
)

// dashboardFlags are what `cc-ci dashboard build` and `serve` take.
type dashboardFlags struct {
	store, site, url                     string
	recipes, forge, project              string
	drone, dronePages                    string
	forgeToken, droneToken, keys, listen string
	every                                time.Duration
}

func dashboardCmd() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "dashboard",
		Short: "Show results to people: overview, pages of recipes and runs, badges",
	}, dashboardBuildCmd(), dashboardServeCmd())
}

func dashboardBuildCmd() *cobra.Command {
	var f dashboardFlags
	cmd := &cobra.Command{
		Use:   "build --store DIR --out DIR",
		Short: "Bring the site up to date with the results store, once",
		Long: `Makes the overview, a page of each recipe, and badges, and puts them in force at once:
<site>/current is the old site or the new one, whole. What did not change is not made
again. Pages of single runs are drawn by "serve" when they are asked for.`,
		Example: `  cc-ci dashboard build --store /var/lib/cc-ci/results --out /var/lib/cc-ci/site --recipes recipes`,
		Args:    exactArgs(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.build(cmd) },
	}
	f.register(cmd)
	return cmd
}

func dashboardServeCmd() *cobra.Command {
	var f dashboardFlags
	cmd := &cobra.Command{
		Use:   "serve --store DIR --out DIR",
		Short: "Keep the site up to date, serve it, and take uploads of other runner hosts",
		Long: `Builds as "build" does, again whenever a result is published, and serves the site with
the pages and files of every run; for use behind a proxy that ends TLS. With --upload-keys
it takes the signed results of other runner hosts at /upload.`,
		Example: `  cc-ci dashboard serve --store /var/lib/cc-ci/results --out /var/lib/cc-ci/site \
    --url https://ci.example.org --forge https://git.example.org --project recipes/cc-ci \
    --drone https://drone.example.org --upload-keys /run/credentials/upload`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.serve(cmd) },
	}
	f.register(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.listen, "listen", "127.0.0.1:7776", "address to serve at")
	fl.StringVar(&f.keys, "upload-keys", "", "file with the keys that runner hosts sign uploads with; without it there is no /upload")
	fl.DurationVar(&f.every, "every", 5*time.Second, "between looks at the store and the queue")
	return cmd
}

func (f *dashboardFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.store, "store", "", "folder of the results store")
	fl.StringVar(&f.site, "out", "", "folder that the site is made in")
	fl.StringVar(&f.url, "url", "", "public address of the site, for badges to copy")
	fl.StringVar(&f.recipes, "recipes", "", `folder with one folder per enrolled recipe: of this machine, or with --forge of the project ("recipes")`)
	fl.StringVar(&f.forge, "forge", "", "address of the Gitea server with the project")
	fl.StringVar(&f.project, "project", "", "owner/name of the repository with the recipes' folder, whose builds are the queue")
	fl.StringVar(&f.forgeToken, "forge-token-file", "", "file with a token that may read the project; not needed where it is public")
	fl.StringVar(&f.drone, "drone", "", "address of the Drone server, for what runs and waits")
	fl.StringVar(&f.dronePages, "drone-pages", "", "address of Drone's pages for people (default: --drone)")
	fl.StringVar(&f.droneToken, "drone-token-file", "", "file with a Drone user's token; not needed where the project is public")
}

// check refuses what no dashboard could work with.
func (f *dashboardFlags) check() error {
	switch {
	case f.store == "" || f.site == "":
		return usagef("dashboard: --store DIR and --out DIR are needed (see `cc-ci dashboard --help`)")
	case (f.forge != "" || f.drone != "") && f.project == "":
		return usagef("dashboard: --forge and --drone need --project owner/name")
	}
	for _, address := range []string{f.url, f.forge, f.drone, f.dronePages} {
		if address != "" && !isAddress(address) {
			return usagef("dashboard: expected an address like https://host, found %q", address)
		}
	}
	if info, err := os.Stat(f.store); err != nil || !info.IsDir() {
		return usagef("dashboard: --store %s: expected a folder (the results store; `cc-ci run` or an upload makes it)", f.store)
	}
	return nil
}

// shown is an open site with the store that it shows, and with those who know what is enrolled and what runs.
type shown struct {
	*dashboard.Builder
	store, site *os.Root
	from        *dashboardSource
}

func (f *dashboardFlags) open() (*shown, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	from, err := f.source()
	if err != nil {
		return nil, err
	}
	store, err := os.OpenRoot(f.store)
	if err != nil {
		return nil, err
	}
	g, err := generation.Open(f.site)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	site, err := os.OpenRoot(f.site)
	if err != nil {
		return nil, errors.Join(err, g.Close(), store.Close())
	}
	return &shown{&dashboard.Builder{Store: store.FS(), Site: g, URL: f.url}, store, site, from}, nil
}

func (s *shown) close() error {
	s.from.close()
	return errors.Join(s.site.Close(), s.Site.Close(), s.store.Close())
}

func (f *dashboardFlags) build(cmd *cobra.Command) (err error) {
	s, err := f.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	enrolled, err := s.from.Enrolled(cmd.Context())
	if err != nil {
		return err
	}
	jobs, err := s.from.Jobs(cmd.Context())
	if err != nil {
		return err
	}
	began := time.Now()
	r, err := s.Build(cmd.Context(), enrolled, jobs)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d recipes, %d drawn, %s\n",
		filepath.Join(f.site, generation.Current), r.Recipes, len(r.Drawn), time.Since(began).Round(time.Millisecond))
	return nil
}

func (f *dashboardFlags) serve(cmd *cobra.Command) (err error) {
	if f.every < time.Second {
		return usagef("dashboard: --every: expected 1s or more, found %s", f.every)
	}
	s, err := f.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
	wake := make(chan struct{}, 1)
	server := &web.Server{Site: s.site, Store: s.store, Pages: s.Builder, Log: log, Came: func() {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}}
	if server.Receive, err = f.receiver(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("dashboard: --listen: %w", err)
	}
	log.Info("serving", "address", l.Addr().String())
	ctx, stop := context.WithCancel(cmd.Context())
	kept := make(chan struct{})
	go func() { defer close(kept); s.Keep(ctx, s.from, f.every, wake, log) }()
	err = server.Serve(ctx, l)
	stop()
	<-kept
	return err
}
