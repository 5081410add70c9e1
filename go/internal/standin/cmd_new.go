package standin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"coopcloud.tech/cc-ci/internal/standin/appenv"
	"coopcloud.tech/cc-ci/internal/standin/clone"
)

// newOptions are the flags of `app new` (contract 3.3).
type newOptions struct {
	domain, server string
	secrets, chaos bool
}

func (p *program) appNew() *cobra.Command {
	var o newOptions
	cmd := &cobra.Command{
		Use: "new [recipe] [version] [flags]", Short: "Create a new app", Args: cobra.RangeArgs(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("no recipe name provided")
			}
			version := ""
			if len(args) == 2 {
				version = args[1]
			}
			return p.newApp(cmd.Context(), clone.At(p.recipes(), args[0]), version, o)
		},
	}
	cmd.Flags().StringVarP(&o.domain, "domain", "D", "", "domain name for app")
	cmd.Flags().StringVarP(&o.server, "server", "s", "", "specify server")
	cmd.Flags().BoolVarP(&o.secrets, "secrets", "S", false, "generate secrets")
	cmd.Flags().BoolVarP(&o.chaos, "chaos", "C", false, "proceed with uncommitted recipes changes")
	return cmd
}

func (p *program) newApp(ctx context.Context, recipe clone.Clone, version string, o newOptions) error {
	if o.domain == "" || o.server == "" {
		return errors.New("missing flags: --domain and --server are needed; the stand-in has no prompts")
	}
	if o.chaos && version != "" {
		return errors.New("cannot use [version] and --chaos together")
	}
	dir := filepath.Join(p.servers(), o.server)
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("server %s doesn't exist? run \"abra server add\" first", o.server)
	}
	version, err := p.placeClone(ctx, recipe, version, o.chaos)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, o.domain+".env")
	if err := p.writeEnv(recipe, path, version, o.domain); err != nil {
		return err
	}
	p.info("new app %s created (recipe %s, version %s)", o.domain, recipe.Name, version)
	if !o.secrets {
		return nil
	}
	a, err := p.loadApp(path)
	if err != nil {
		return err
	}
	made, err := p.generateAll(ctx, a)
	if err != nil {
		return err
	}
	return p.printGenerated(made, false)
}

// placeClone moves the clone to the version, or to the newest, unless chaos; it gives
// the version that TYPE gets.
func (p *program) placeClone(ctx context.Context, recipe clone.Clone, version string, chaos bool) (string, error) {
	if err := p.ensure(ctx, recipe, chaos, ""); err != nil {
		return "", err
	}
	if chaos {
		return recipe.ChaosVersion(ctx)
	}
	if version == "" {
		var err error
		if version, err = recipe.Latest(ctx); err != nil {
			return "", err
		}
	}
	return version, recipe.Checkout(ctx, version)
}

// writeEnv makes the app's env file from the recipe's sample.
func (p *program) writeEnv(recipe clone.Clone, path, version, domain string) error {
	if _, err := os.Stat(path); err == nil {
		if p.switches.Is("new-existing", "fail") {
			return fmt.Errorf("%s already exists?", path)
		}
		p.warn("%s already exists", path)
		return nil
	}
	b, err := os.ReadFile(recipe.Path(".env.sample"))
	if err != nil {
		return fmt.Errorf("recipe %s: %w", recipe.Name, err)
	}
	text := strings.ReplaceAll(string(b), recipe.Name+".example.com", domain)
	if p.switches.Is("new-domain", "line") {
		text = appenv.Set(text, "DOMAIN", domain)
	}
	if err := os.WriteFile(path, []byte(text), 0o664); err != nil {
		return err
	}
	if p.switches.Is("new-writes-type", "no") {
		return nil
	}
	return appenv.WriteVersion(path, version)
}
