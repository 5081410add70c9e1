package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/bridge"
	"coopcloud.tech/cc-ci/internal/drone"
	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/server"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// bridgeFlags are what `cc-ci bridge` takes; files hold the secrets.
type bridgeFlags struct {
	forge, org, bot, project, folder      string
	drone, dronePages, clone, pages       string
	forgeToken, droneToken, key, hookFile string
	state, store, locks, listen           string
	allow                                 []string
	interval, buildLimit, sweep           time.Duration
	slots                                 int
	verbose                               bool
}

func bridgeCmd() *cobra.Command {
	var f bridgeFlags
	cmd := &cobra.Command{
		Use:   "bridge",
		Short: "Turn !testme on pull requests into runs, and runs into answers",
		Long: `Looks at the forge every interval for comments that are exactly "!testme" on open pull
requests of enrolled recipes, has Drone run them, and answers each with one comment
that it edits until the verdict. Recipes are enrolled by a folder in the project's
repository, on its default branch.

Tokens and keys are read from files that others can't read:
  forge token     read:organization, read:repository, write:issue; the bot is a plain
                  member of the organisation. With write:repository it also sets statuses.
  drone token     of a Drone user who may build the project
  key             any 32 characters or more; signs the bot's answers. A new one makes
                  a bridge forget which answers are its own.
  webhook secret  optional; without it /hook refuses everything and polling does it alone

Pages: /hook (for a webhook on pull_request_comment that an admin registers by hand),
/healthz, /metrics. One bridge per organisation is active on a machine; a second one waits.`,
		Example: `  cc-ci bridge --forge https://git.example.org --organisation recipes --bot ci-bot \
    --project recipes/cc-ci --drone https://drone.example.org --forge-token-file forge \
    --drone-token-file drone --key-file key --state /var/lib/cc-ci/bridge --store /var/lib/cc-ci/results`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd)
	return cmd
}

func (f *bridgeFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.forge, "forge", "", "address of the Gitea server")
	fl.StringVar(&f.forgeToken, "forge-token-file", "", "file with the bot's token")
	fl.StringVar(&f.org, "organisation", "", "the organisation whose pull requests are watched and whose members may trigger")
	fl.StringVar(&f.bot, "bot", "", "login of the bot")
	fl.StringSliceVar(&f.allow, "allow", nil, "logins that may trigger without being members")
	fl.StringVar(&f.project, "project", "", "owner/name of the repository with the recipes' folder and .drone.yml")
	fl.StringVar(&f.folder, "recipes", "recipes", "folder of the project with one folder per enrolled recipe")
	fl.StringVar(&f.clone, "clone", "", "address that people clone the project from (default: below --forge)")
	fl.StringVar(&f.drone, "drone", "", "address of the Drone server")
	fl.StringVar(&f.dronePages, "drone-pages", "", "address of Drone's pages for people (default: --drone)")
	fl.StringVar(&f.droneToken, "drone-token-file", "", "file with the Drone user's token")
	fl.StringVar(&f.key, "key-file", "", "file with the key that signs answers")
	fl.StringVar(&f.hookFile, "webhook-secret-file", "", "file with the webhook's secret")
	fl.StringVar(&f.listen, "listen", "127.0.0.1:7775", "address for /hook, /healthz and /metrics")
	fl.StringVar(&f.state, "state", "", "folder of the bridge's own, for its cursor")
	fl.StringVar(&f.store, "store", "", "folder of the results store")
	fl.StringVar(&f.pages, "pages", "", "address of the dashboard, for links to a run's page")
	fl.StringVar(&f.locks, "locks", "/run/lock/cc-ci", "the machine's folder of locks")
	fl.DurationVar(&f.interval, "interval", 20*time.Second, "between looks at the forge, at most 60s")
	fl.DurationVar(&f.buildLimit, "build-limit", 100*time.Minute, "a build that runs for longer is cancelled; above Drone's own limit")
	fl.DurationVar(&f.sweep, "sweep", 7*24*time.Hour, "how often every recipe's default branch is tested; 0: never")
	fl.IntVar(&f.slots, "slots", 1, "runs at a time, over all runners; to say when one will end")
	fl.BoolVar(&f.verbose, "verbose", false, "log more")
}

// check refuses what no bridge could work with.
func (f *bridgeFlags) check() error {
	for name, v := range map[string]string{
		"forge-token-file": f.forgeToken, "drone-token-file": f.droneToken, "key-file": f.key, "state": f.state, "store": f.store,
	} {
		if v == "" {
			return usagef("bridge: --%s is missing (see `cc-ci bridge --help`)", name)
		}
	}
	for name, v := range map[string]string{"forge": f.forge, "drone": f.drone, "drone-pages": cmp.Or(f.dronePages, f.drone), "pages": cmp.Or(f.pages, f.forge)} {
		if !isAddress(v) {
			return usagef("bridge: --%s: expected https://host without a name or password, found %q", name, v)
		}
	}
	if !server.Confidential(f.forge) {
		return usagef("bridge: --forge: expected https (http to this machine alone): the token and who may trigger go that way; found %q", f.forge)
	}
	if !server.NameForm.MatchString(f.org) || !server.NameForm.MatchString(f.bot) {
		return usagef("bridge: --organisation and --bot: expected names of the forge, found %q and %q", f.org, f.bot)
	}
	if !server.ProjectForm.MatchString(f.project) {
		return usagef("bridge: --project: expected owner/name, found %q", f.project)
	}
	if f.interval < time.Second || f.interval > time.Minute {
		return usagef("bridge: --interval: expected 1s to 60s, found %s", f.interval)
	}
	if f.sweep != 0 && f.sweep < time.Hour || f.slots < 1 || f.buildLimit < time.Minute {
		return usagef("bridge: expected --sweep 0 or 1h and more, --slots 1 and more, --build-limit 1m and more; found %s, %d, %s", f.sweep, f.slots, f.buildLimit)
	}
	return nil
}

func (f *bridgeFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return err
	}
	var forgeToken, droneToken, key, hook string
	for path, into := range map[string]*string{f.forgeToken: &forgeToken, f.droneToken: &droneToken, f.key: &key, f.hookFile: &hook} {
		if path == "" {
			continue
		}
		var err error
		if *into, err = apiclient.ReadSecret(path); err != nil {
			return usagef("bridge: %w", err)
		}
	}
	if len(key) < 32 {
		return usagef("bridge: --key-file %s: expected 32 characters or more, found %d", f.key, len(key))
	}
	if err := os.MkdirAll(f.state, 0o700); err != nil {
		return usagef("bridge: --state: %w", err)
	}
	forge, builds := gitea.New(f.forge, f.org, forgeToken).As(f.bot), drone.New(f.drone, f.project, droneToken)
	defer forge.Close()
	defer builds.Close()
	b, err := bridge.New(f.config(key), bridge.Ports{
		Pulls: forge, Comments: forge, Members: forge, Builds: builds,
		Recipes: gitea.Recipes{Client: forge, Project: f.project, Folder: f.folder},
		Results: f.results(),
	}, f.logger(cmd))
	if err != nil {
		return err
	}
	return f.serve(cmd, b, hook)
}

func (f *bridgeFlags) config(key string) bridge.Config {
	return bridge.Config{
		Organisation: f.org, Bot: f.bot, Allow: f.allow, Key: trigger.Key(key), State: f.state,
		Interval: f.interval, Slots: f.slots, BuildLimit: f.buildLimit, SweepPeriod: f.sweep,
		Text: answer.Writer{
			Organisation: f.org, Project: f.project, Drone: cmp.Or(f.dronePages, f.drone), Forge: f.forge,
			Clone: cmp.Or(f.clone, strings.TrimSuffix(f.forge, "/")+"/"+f.project+".git"),
		},
	}
}

func (f *bridgeFlags) logger(cmd *cobra.Command) *slog.Logger {
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
}

// serve runs the loop and the pages until one of them ends or somebody ends both. It
// listens only once it is active: a second bridge has the first one's address.
func (f *bridgeFlags) serve(cmd *cobra.Command, b *bridge.Bridge, hook string) error {
	release, err := b.Activate(cmd.Context(), f.locks)
	if cmd.Context().Err() != nil {
		return nil // ended by a signal, as a service is
	}
	if err != nil {
		return err
	}
	defer release()
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("bridge: --listen: %w", err)
	}
	ctx, stop := context.WithCancel(cmd.Context())
	served := make(chan error, 1)
	go func() { defer stop(); served <- b.Serve(ctx, l, hook) }()
	b.Run(ctx)
	stop()
	return <-served
}
