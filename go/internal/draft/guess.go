package draft

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// summary is what was found, for the first line.
func summary(f *recipe.Facts) string {
	var services []string
	for _, s := range f.Services {
		services = append(services, fmt.Sprintf("%s (%s)", s.Name, oneLine(s.Image)))
	}
	text := "services " + strings.Join(services, ", ")
	var volumes []string
	for _, v := range f.Volumes {
		volumes = append(volumes, v.Key)
	}
	if len(volumes) > 0 {
		text += "; volumes " + strings.Join(volumes, ", ")
	}
	return oneLine(text)
}

var database = regexp.MustCompile(`(^|/)(postgres|postgis|pgvector|mariadb|mysql)([:/@-]|$)`)

func category(f *recipe.Facts) string {
	databases := 0
	for _, s := range f.Services {
		if database.MatchString(s.Image) {
			databases++
		}
	}
	passthrough := slices.ContainsFunc(f.Routers, func(r recipe.Router) bool { return r.Passthrough })
	switch {
	case passthrough:
		return "tls-passthrough"
	case len(f.Services) > 3:
		return "multi-service"
	case databases > 0:
		return "single-database"
	case len(f.Volumes) > 0:
		return "stateful"
	}
	return "stateless"
}

var healthURL = regexp.MustCompile(`https?://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::\d+)?(/[A-Za-z0-9._~/-]*)`)

// readyPath takes the path that the recipe's own health check asks for.
func readyPath(f *recipe.Facts) (path, why string) {
	for _, r := range f.Routers {
		for _, s := range f.Config.Services {
			if s.Name != r.Service || s.HealthCheck == nil {
				continue
			}
			if m := healthURL.FindStringSubmatch(strings.Join(s.HealthCheck.Test, " ")); m != nil && m[1] != "/" {
				return m[1], "The recipe's health check asks for this one."
			}
		}
	}
	return "/", "This one is a guess."
}

// hostTemplate makes a host of the sample one of the run's: collabora.<domain> becomes
// collabora-${domain}.
func hostTemplate(host, domain string) string {
	label, _, _ := strings.Cut(host, ".")
	if head, ok := strings.CutSuffix(host, "."+domain); ok {
		label = strings.ReplaceAll(head, ".", "-")
	} else if head, ok := strings.CutSuffix(host, "-"+domain); ok {
		label = head
	}
	return label + "-${domain}"
}

// statements are a first state: through the app's database where it has a Postgres, in a file else.
func statements(f *recipe.Facts) []string {
	for _, s := range f.Services {
		if !postgres.MatchString(s.Image) {
			continue
		}
		psql := fmt.Sprintf("[ { exec = { service = %s; command = [ \"psql\" \"--username=%s\" \"--dbname=%s\" \"--set=ON_ERROR_STOP=1\" \"--tuples-only\" \"--file=-\" ]; stdin = %%s;%%s }; } ];",
			quote(s.Name), setting(f, s.Name, "POSTGRES_USER", "postgres"), setting(f, s.Name, "POSTGRES_DB", "postgres"))
		return []string{
			"Write through the app where you can; a table of its own shows that the database survives.",
			fmt.Sprintf("state.write = "+psql, quote("create table kept as select 'kept' as word"), ""),
			fmt.Sprintf("state.verify = "+psql, quote("select word from kept"), " expect.stdout = \"kept\";"),
			fmt.Sprintf("state.change = "+psql, quote("update kept set word = 'lost'"), ""),
		}
	}
	service, folder := saved(f)
	return []string{
		fmt.Sprintf("state.write = [ { exec = { service = %s; command = [ \"sh\" \"-c\" \"printf kept > %s/cc-ci.txt\" ]; }; } ];", quote(service), folder),
		fmt.Sprintf("state.verify = [ { exec = { service = %s; command = [ \"cat\" %s ]; expect.equals = \"kept\"; }; } ];", quote(service), quote(folder+"/cc-ci.txt")),
		fmt.Sprintf("state.change = [ { exec = { service = %s; command = [ \"sh\" \"-c\" \"printf lost > %s/cc-ci.txt\" ]; }; } ];", quote(service), folder),
	}
}

var postgres = regexp.MustCompile(`(^|/)(postgres|postgis|pgvector)([:/@-]|$)`)

// setting is a variable of a service, where the compose files give it a plain value.
func setting(f *recipe.Facts, service, name, otherwise string) string {
	for _, s := range f.Config.Services {
		if value := s.Environment[name]; s.Name == service && value != nil && plainWord.MatchString(*value) {
			return *value
		}
	}
	return otherwise
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// saved is a place that a backup holds whole, else the first volume's.
func saved(f *recipe.Facts) (service, folder string) {
	for _, s := range f.Services {
		for _, m := range s.Mounts {
			if m.Type != "volume" {
				continue
			}
			if v := s.Backup.Volumes[m.Source]; folder == "" || s.Backup.Enabled && !v.Excluded && len(v.Paths) == 0 {
				service, folder = s.Name, m.Target
			}
		}
	}
	return service, oneLine(folder)
}
