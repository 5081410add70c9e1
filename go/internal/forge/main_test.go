//go:build forge

package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "code.gitea.io/sdk/gitea"
	"github.com/drone/drone-go/drone"

	"coopcloud.tech/cc-ci/internal/apiclient"
)

// What TestMain finds and makes once.
var (
	dir     string // of the servers
	root    string // of the repository
	ccci    string // the built program
	scratch string // removed afterwards
	gitea   string // addresses
	droneAt string
	admin   *sdk.Client // Gitea's site admin
	builds  drone.Client
)

// The accounts beside operator and ci-bot.
var people = []struct {
	name   string
	member bool
}{{"ada", true}, {"hidden", true}, {"mallory", false}}

func TestMain(m *testing.M) {
	if at := os.Getenv(stepVariable); at != "" {
		os.Exit(step(at))
	}
	os.Exit(func() int {
		if err := prepare(); err != nil {
			fmt.Fprintln(os.Stderr, "forge:", err)
			return 1
		}
		defer os.RemoveAll(scratch)
		return m.Run()
	}())
}

func prepare() (err error) {
	if dir = os.Getenv("CC_CI_FORGE"); dir == "" {
		return errors.New("CC_CI_FORGE: expected the folder that checks/forge/up.sh was given, found nothing")
	}
	if root, err = filepath.Abs("../../.."); err != nil {
		return err
	}
	if scratch, err = os.MkdirTemp("", "cc-ci-forge-"); err != nil {
		return err
	}
	ccci = filepath.Join(scratch, "cc-ci")
	if err := command("go", "build", "-o", ccci, "coopcloud.tech/cc-ci/cmd/cc-ci"); err != nil {
		return err
	}
	gitea, droneAt = read("gitea/url"), read("drone/url")
	if admin, err = sdk.NewClient(gitea, sdk.SetToken(read("secrets/operator-token"))); err != nil {
		return err
	}
	builds = drone.NewClient(droneAt, apiclient.New("Bearer", read("secrets/drone-token")).Client(context.Background(), nil))
	if err := accounts(); err != nil {
		return err
	}
	return runner(2)
}

// read gives a file of the servers' folder.
func read(name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(b))
}

func command(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// script runs one of checks/forge with the servers' folder.
func script(name string, args ...string) error {
	return command(filepath.Join(root, "checks/forge", name), append([]string{dir}, args...)...)
}

// accounts makes the people and puts the members into the organisation's team.
func accounts() error {
	teams, _, err := admin.ListOrgTeams("recipes", sdk.ListTeamsOptions{})
	if err != nil {
		return err
	}
	for _, p := range people {
		if _, resp, err := admin.GetUserInfo(p.name); err == nil {
			continue
		} else if resp == nil || resp.StatusCode != http.StatusNotFound {
			return err
		}
		no := false
		opt := sdk.CreateUserOption{Username: p.name, Email: p.name + "@forge.test", Password: password(p.name), MustChangePassword: &no}
		if _, _, err := admin.AdminCreateUser(opt); err != nil {
			return err
		}
		for _, t := range teams {
			if p.member && t.Name == "readers" {
				if _, err := admin.AddTeamMember(t.ID, p.name); err != nil {
					return err
				}
			}
		}
	}
	yes := true
	hidden, err := as("hidden")
	if err == nil {
		_, _, err = hidden.UpdateUserSettings(sdk.UserSettingsOptions{HideActivity: &yes, HideEmail: &yes})
	}
	return err
}

// password is made up; the servers live no longer than the tests.
func password(name string) string { return "pass-word-of-" + name + "-4711" }

// as gives a client of one of the people.
func as(name string) (*sdk.Client, error) {
	return sdk.NewClient(gitea, sdk.SetBasicAuth(name, password(name)))
}

// runner starts the runner anew, with the environment that the steps of both projects need, and further lines of configuration.
func runner(capacity int, config ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	env := "FORGE_PROGRAM=" + self + "\nFORGE_STEP=" + filepath.Join(dir, "trivial") + "\n"
	for _, name := range []string{"PATH", "TMPDIR", "CC_CI_CACHE", "CC_CI_PORT", "CC_CI_SUBNET", "CC_CI_DOCKER", "DOCKER_HOST", "NIX_CONF_DIR", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB"} {
		if v := os.Getenv(name); v != "" {
			env += name + "=" + v + "\n"
		}
	}
	env += "CC_CI_SITE=" + filepath.Join(dir, "site.json") + "\n"
	if err := os.MkdirAll(filepath.Join(dir, "runner"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "runner/env"), []byte(env), 0o600); err != nil {
		return err
	}
	if err := script("halt.sh", "runner"); err != nil {
		return err
	}
	return script("runner.sh", append([]string{fmt.Sprint(capacity)}, config...)...)
}
