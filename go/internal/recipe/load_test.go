package recipe

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/types"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/site"
)

const domain = "notes-pr1-a1b2c3d.ci.example.org"

func ordinary(t *testing.T) *Facts {
	t.Helper()
	text, err := os.ReadFile("testdata/ordinary/.env.sample")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseEnv(".env.sample", string(text))
	if err != nil {
		t.Fatal(err)
	}
	env := s.Map()
	env["DOMAIN"], env["LETS_ENCRYPT_ENV"] = domain, ""
	f, err := Load("testdata/ordinary", env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Problems) > 0 {
		t.Fatalf("Problems = %v", f.Problems)
	}
	return f
}

func TestLoad(t *testing.T) {
	f := ordinary(t)
	stack := StackName(domain)
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %+v; want %+v", what, got, want)
		}
	}
	check("Stack", f.Stack, stack)
	check("Version", f.Version, "1.2.0+1.4.2")
	check("Timeout", f.Timeout, "300")
	check("Images", f.Images(), []string{"postgres:15", "registry.example.org/notes:1.4.2"})
	check("Hosts", f.Hosts(), []string{domain})
	check("Volumes", f.Volumes, []Volume{{"postgres", stack + "_postgres", false}, {"uploads", stack + "_uploads", false}})
	check("LongestName", f.LongestName(), len("db_password_v1"))
	check("Files", []string{f.Files[0].Name, f.Files[1].Name}, []string{"compose.yml", "sub/compose.postgres.yml"})

	app, _ := f.Service("app")
	db, _ := f.Service("db")
	check("app health", app.HealthCheck, true)
	check("db health", db.HealthCheck, false)
	check("app networks", app.Networks, []string{"internal", "proxy"})
	check("app secrets", app.Secrets, []string{"db_password", "session"})
	check("app mounts", app.Mounts, []Mount{{Type: "tmpfs", Target: "/tmp/cache"}, {Type: "volume", Source: "uploads", Target: "/var/lib/notes"}})
	check("app backup", app.Backup, Backup{Enabled: true, Style: "v2", Volumes: map[string]VolumeBackup{"uploads": {Paths: []string{"files", "avatars"}}}})
	check("db backup", db.Backup, Backup{
		Enabled: true, Style: "v2", PreHook: "/pg_backup.sh backup", RestorePost: "/pg_backup.sh restore",
		Volumes: map[string]VolumeBackup{"postgres": {Paths: []string{"backup.sql"}}},
	})
	check("secret", f.Secrets[0].Spec, SecretSpec{Name: "db_password", Version: "v1", Length: 32})
	check("config", f.Configs[0], Config{Key: "app_conf", Name: stack + "_app_conf_v4", File: filepath.Join(f.Dir, "app.conf.tmpl"), Version: "v4", Digest: digestOf(t, filepath.Join(f.Dir, "app.conf.tmpl")), Template: "golang"})
	r := f.Routers[0]
	check("router", []string{r.Name, r.Protocol, r.Service, r.Port}, []string{stack, "http", "app", "8080"})
	env := f.Config.Services[0].Environment
	check("escaped dollar", *env["PRICE"], "$5")
	check("merge key", *env["LOG_LEVEL"], "info")
	check("bare name", *env["INVITE_KEY"], "")
}

func TestParseBackupV1(t *testing.T) {
	got := ParseBackup(map[string]string{"backupbot.backup": "true", "backupbot.backup.path": "/usr/share/nginx/html"})
	if got.Style != "v1" || !got.Enabled || !slices.Equal(got.Paths, []string{"/usr/share/nginx/html"}) {
		t.Errorf("ParseBackup = %+v", got)
	}
	got = ParseBackup(map[string]string{"backupbot.backup": "true", "backupbot.backup.path": "/x", "backupbot.backup.volumes.v": "false"})
	if got.Style != "mixed" || !got.Volumes["v"].Excluded {
		t.Errorf("ParseBackup = %+v", got)
	}
}

func TestLoadHostile(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "host-secret")
	if err := os.WriteFile(outside, []byte("PASSWORD=host\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const head = "version: \"3.8\"\nservices:\n  app:\n    image: x\n"
	bomb := "version: \"3.8\"\nx-a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += "x-" + string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ",") + "]\n"
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		env   map[string]string
		want  Problem // Text is a part of the text
	}{
		{"alias bomb", map[string]string{"compose.yml": bomb}, nil, Problem{RuleTooLarge, "compose.yml", "nodes"}},
		{"anchor in itself", map[string]string{"compose.yml": "a: &a [*a]\n"}, nil, Problem{RuleTooLarge, "compose.yml", "itself"}},
		{"deep", map[string]string{"compose.yml": strings.Repeat("[", 5000) + strings.Repeat("]", 5000)}, nil, Problem{RuleTooLarge, "compose.yml", "levels"}},
		{"long list", map[string]string{"compose.yml": head + "    command:\n" + strings.Repeat("      - x\n", 20_000)}, nil, Problem{RuleTooLarge, "compose.yml", "shorter lists"}},
		{"many files", map[string]string{"compose.yml": head + "    command: [" + strings.Repeat("x,", 1000) + "x]\n"}, map[string]string{"COMPOSE_FILE": "compose.yml" + strings.Repeat(":./compose.yml", 4)}, Problem{RuleTooLarge, "./compose.yml", "shorter lists"}},
		{"large", map[string]string{"compose.yml": head + strings.Repeat("#", maxCompose)}, nil, Problem{RuleTooLarge, "compose.yml", "bytes"}},
		{"variables", map[string]string{"compose.yml": head + "    command: \"" + strings.Repeat("$A", 1000) + "\"\n"}, map[string]string{"A": strings.Repeat("x", 1<<15)}, Problem{RuleTooLarge, "compose.yml", "variables"}},
		{"unknown key", map[string]string{"compose.yml": head + "    develop: {}\n"}, nil, Problem{RuleInvalid, "compose.yml", "develop"}},
		{"forbidden key", map[string]string{"compose.yml": head + "    extends: {file: x}\n"}, nil, Problem{RuleInvalid, "compose.yml", "forbidden"}},
		{"include", map[string]string{"compose.yml": head + "include: [x.yml]\n"}, nil, Problem{RuleInvalid, "compose.yml", "include"}},
		{"no mapping", map[string]string{"compose.yml": "- x\n"}, nil, Problem{RuleInvalid, "compose.yml", "mapping"}},
		{"null service", map[string]string{"compose.yml": "version: \"3.8\"\nservices:\n  app:\n"}, nil, Problem{RuleInvalid, "compose.yml", ""}},
		{"bad ulimit", map[string]string{"compose.yml": head + "    ulimits: {nofile: {soft: 1}}\n"}, nil, Problem{RuleInvalid, "compose.yml", ""}},
		{"two documents", map[string]string{"compose.yml": head + "---\n" + head}, nil, Problem{RuleInvalid, "compose.yml", "one YAML document"}},
		{"twice the same key", map[string]string{"compose.yml": head + "    image: y\n"}, nil, Problem{RuleInvalid, "compose.yml", "already defined"}},
		{"missing file", map[string]string{}, nil, Problem{RuleInvalid, "compose.yml", "not there"}},
		{"dangling compose file", map[string]string{"compose.yml": "->nowhere.yml"}, nil, Problem{RuleInvalid, "compose.yml", "not there"}},
		{"version mismatch", map[string]string{"compose.yml": head, "b.yml": "version: \"3.7\"\n"}, map[string]string{"COMPOSE_FILE": "compose.yml:b.yml"}, Problem{RuleInvalid, "b.yml", "version mismatch"}},
		{"compose file above", map[string]string{"compose.yml": head}, map[string]string{"COMPOSE_FILE": "compose.yml:../x.yml"}, Problem{RuleOutside, "COMPOSE_FILE", "../x.yml"}},
		{"compose file absolute", nil, map[string]string{"COMPOSE_FILE": outside}, Problem{RuleOutside, "COMPOSE_FILE", outside}},
		{"env_file outside", map[string]string{"compose.yml": head + "    env_file: " + outside + "\n"}, nil, Problem{RuleOutside, "compose.yml: service app: env_file[0]", outside}},
		{"env_file by variable", map[string]string{"compose.yml": head + "    env_file: [\"${X}/passwd\"]\n"}, map[string]string{"X": "/etc"}, Problem{RuleOutside, "compose.yml: service app: env_file[0]", "/etc/passwd"}},
		{"env_file by link", map[string]string{"compose.yml": head + "    env_file: link\n", "link": "->" + outside}, nil, Problem{RuleOutside, "compose.yml: service app: env_file[0]", "leads out"}},
		{"compose file by link", map[string]string{"compose.yml": "->" + outside}, nil, Problem{RuleOutside, "compose.yml", "leads out"}},
		{"sample by link", map[string]string{"compose.yml": head, ".env.sample": "->" + outside}, nil, Problem{RuleOutside, ".env.sample", "leads out"}},
		{"any link", map[string]string{"compose.yml": head, "release/next": "->/etc/passwd"}, nil, Problem{RuleSymlink, "release/next", "/etc/passwd"}},
		{"link above", map[string]string{"compose.yml": head, "x": "->a/../../y"}, nil, Problem{RuleSymlink, "x", "../../y"}},
		{"link into .git", map[string]string{"compose.yml": head, "x": "->.git/config"}, nil, Problem{RuleSymlink, "x", ".git"}},
		{"driver key in abra.sh", map[string]string{"compose.yml": head, "abra.sh": "export STACK_NAME=traefik\n"}, nil, Problem{RuleDriverKey, "abra.sh", "STACK_NAME"}},
		{"driver key in the sample", map[string]string{"compose.yml": head, ".env.sample": "A=1\nSTACK_NAME=traefik\n"}, nil, Problem{RuleDriverKey, ".env.sample:2", "traefik"}},
		{"config outside", map[string]string{"compose.yml": head + "configs: {c: {file: " + outside + "}}\n"}, nil, Problem{RuleOutside, "compose.yml: configs.c: file", outside}},
		{"secret by link", map[string]string{"compose.yml": head + "secrets: {c: {file: ./link}}\n", "link": "->" + outside}, nil, Problem{RuleOutside, "compose.yml: secrets.c: file", "leads out"}},
		{"config without a file", map[string]string{"compose.yml": head + "configs: {c: {}}\n"}, nil, Problem{RuleOutside, "merged: configs.c: file", "not a regular file"}},
		{"broken sample", map[string]string{"compose.yml": head, ".env.sample": "what\n"}, nil, Problem{RuleInvalid, ".env.sample", "expected KEY=value"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range c.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				var err error
				if target, ok := strings.CutPrefix(text, "->"); ok {
					err = os.Symlink(target, path)
				} else {
					err = os.WriteFile(path, []byte(text), 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			begin := time.Now()
			f, err := Load(dir, c.env, nil)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
			if !slices.ContainsFunc(f.Problems, func(p Problem) bool {
				return p.Rule == c.want.Rule && p.Place == c.want.Place && strings.Contains(p.Text, c.want.Text)
			}) {
				t.Errorf("Problems = %+v; want %+v", f.Problems, c.want)
			}
			for _, s := range f.Services {
				if strings.Contains(strings.Join(s.Secrets, ""), "host") {
					t.Error("a file of the host was read")
				}
			}
		})
	}
}

func TestOverride(t *testing.T) {
	f := ordinary(t)
	o := Overlay{Recipe: "notes", Run: "20260101-abcd", Site: []site.Override{
		{Name: "no-ipvs", Reason: "the kernel has no IPVS", EndpointMode: "dnsrr"},
		{Name: "fast-checks", HealthInterval: "1s"},
		{Name: "images", Reason: "no registry", Images: map[string]string{"postgres:*": "local/postgres:15", "registry.example.org/notes:1.4.2": "local/notes"}},
		{Name: "other", Recipes: []string{"hedgedoc"}, EndpointMode: "vip"},
		{Name: "idle", Images: map[string]string{"redis:*": "x"}},
		{Name: "own-hosts", Reason: "no DNS", RouterService: "traefik_app"},
	}, Limits: site.Limits{MemoryMiB: 1024, Pids: 100, LogMiB: 8}, Hosts: AppHosts{Names: []string{"notes.ci.test", "sso-notes.ci.test"}, Address: "10.1.2.3", Network: "proxy", CA: "/etc/ca.pem"}}
	text, shown, err := Override(f, o)
	if err != nil {
		t.Fatal(err)
	}
	wantShown := []string{
		"limits: at most 1024 MiB of memory and 8 MiB of log a service",
		"no-ipvs: endpoint mode dnsrr (2 services) (the kernel has no IPVS)",
		"fast-checks: health check interval 1s (1 services)",
		"images: image postgres:15 -> local/postgres:15, image registry.example.org/notes:1.4.2 -> local/notes (no registry)",
		"own-hosts: the run's hosts at the service traefik_app (1 services) (no DNS)",
	}
	if !slices.Equal(shown, wantShown) {
		t.Errorf("shown = %q", shown)
	}
	golden.Compare(t, "testdata/golden/override.yml", string(text))
	mergedKeeps(t, f, text)
}

// mergedKeeps loads the recipe with the override as abra would, and looks that
// nothing of the recipe was lost.
func mergedKeeps(t *testing.T, f *Facts, text []byte) {
	t.Helper()
	var files []types.ConfigFile
	for _, name := range []string{"compose.yml", "sub/compose.postgres.yml"} {
		c, err := f.parse(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, types.ConfigFile{Filename: name, Config: c})
	}
	c, err := loader.ParseYAML(text)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.load(append(files, types.ConfigFile{Filename: "override.yml", Config: c})...)
	if err != nil {
		t.Fatal(err)
	}
	app := got.Services[0]
	if app.HealthCheck.Interval.String() != "1s" || len(app.HealthCheck.Test) != 4 || *app.HealthCheck.Retries != 10 || app.HealthCheck.StartPeriod == nil {
		t.Errorf("health check = %+v", app.HealthCheck)
	}
	if app.Deploy.EndpointMode != "dnsrr" || app.Deploy.UpdateConfig == nil || app.Deploy.Labels[RunLabel] == "" || app.Deploy.Labels["traefik.enable"] != "true" {
		t.Errorf("deploy = %+v", app.Deploy)
	}
	if app.Deploy.Resources.Limits == nil || app.Deploy.Resources.Limits.MemoryBytes != 1<<30 || app.Logging == nil || app.Logging.Options["max-size"] != "4096k" {
		t.Errorf("limits = %+v, logging = %+v", app.Deploy.Resources.Limits, app.Logging)
	}
	if app.Image != "local/notes" || len(app.Volumes) != 2 || len(app.Networks) != 2 {
		t.Errorf("app = %+v", app)
	}
	if v := got.Volumes["uploads"]; v.Driver != "local" || v.Labels["keep"] != "a$b" || v.Labels[RunLabel] == "" {
		t.Errorf("volume = %+v", v)
	}
	if n := got.Networks["proxy"]; !n.External.External || n.Labels[RunLabel] != "" {
		t.Errorf("proxy = %+v", n)
	}
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}
