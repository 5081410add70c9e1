package contract

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/ownrepo"
)

// deployProbes need the app and its secrets.
var deployProbes = []probe{
	{"3.6/dirty", "a clone with an untracked file is refused without -C", withUntracked(expect(1, "locally unstaged changes",
		"app", "deploy", "@", newest, "-n", "-D", "-c"))},
	{"3.6/lint", "a lightweight version tag is refused without -C (R014)", withLightweight(expect(1, "R014",
		"app", "deploy", "@", newest, "-n", "-D", "-c"))},
	{"3.6/chaos", "deploy -n -C -D -c deploys the clone as it stands", func(ctx context.Context, s *session) (Verdict, string) {
		if _, err := s.toMain(ctx); err != nil {
			return unknown(err)
		}
		before, err := s.head(ctx)
		if err != nil {
			return unknown(err)
		}
		verdict, seen := expect(0, "", "app", "deploy", "@", "-n", "-C", "-D", "-c")(ctx, s)
		after, err := s.head(ctx)
		if err != nil {
			return unknown(err)
		}
		if verdict == Agrees {
			return is(before == after, "%s; HEAD %.8s, was %.8s", seen, after, before)
		}
		return verdict, seen
	}},
	{"6/service-name", "services are called <stack>_<service>", func(ctx context.Context, s *session) (Verdict, string) {
		names, err := s.own(ctx, "service")
		if err != nil {
			return unknown(err)
		}
		slices.Sort(names)
		return is(slices.Equal(names, []string{s.stack + "_app", s.stack + "_second"}), "services %v", names)
	}},
	{"6/config-name", "a config is called <stack>_<name>_<version>, the version from abra.sh", func(ctx context.Context, s *session) (Verdict, string) {
		names, err := s.own(ctx, "config")
		if err != nil {
			return unknown(err)
		}
		return is(slices.Equal(names, []string{s.stack + "_note_v1"}), "configs %v", names)
	}},
	{"6/volume-name", "a volume is called <stack>_<name>", volumeName},
	{"6/recipe", "label recipe is the recipe's name", label("recipe", func(*session, string) string { return recipeName })},
	{"6/chaos", "label chaos is true", label("chaos", func(*session, string) string { return "true" })},
	{"6/chaos-version", "label chaos-version is the short hash of HEAD", label("chaos-version", func(_ *session, head string) string { return head[:8] })},
	{"6/version", "a chaos deploy keeps the compose file's version label", label("version", func(*session, string) string { return newest })},
	{"6/timeout", "label timeout is the compose file's", label("timeout", func(*session, string) string { return "60" })},
	{"6/env-to", "the env file is exposed to service app alone", exposed},
	{"3.6/type", "deploy -C writes the chaos version into TYPE", func(ctx context.Context, s *session) (Verdict, string) {
		head, err := s.head(ctx)
		if err != nil {
			return unknown(err)
		}
		text, err := s.typeOf(s.domain)
		if err != nil {
			return unknown(err)
		}
		return is(text == recipeName+":"+head[:8], "TYPE=%s, HEAD %.8s", text, head)
	}},
	{"3.6/deployed", "an app that is deployed is refused without -f and -C", expect(1, "", "app", "deploy", "@", newest, "-n", "-D", "-c")},
	{"3.10/ps", "app ps -m prints an object keyed by service", processes},
	{"3.10/ls-status", "app ls -S -m has status, version and chaos of each app", listed},
	{"3.6/version", "deploy <version> -f deploys that tag", expect(0, "", "app", "deploy", "@", older, "-n", "-D", "-c", "-f")},
	{"6/version-label", "and label version is that tag", label("version", func(*session, string) string { return older })},
}

// volumeName waits for the volume, which the engine makes with the first container.
func volumeName(ctx context.Context, s *session) (Verdict, string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		names, err := s.own(ctx, "volume")
		if err != nil {
			return Unknown, "no volume within 30 s: has the engine the image " + s.opt.Image + "?"
		}
		if len(names) > 0 {
			s.hadVolume = true
			return is(slices.Equal(names, []string{s.stack + "_data"}), "volumes %v", names)
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func withUntracked(check func(context.Context, *session) (Verdict, string)) func(context.Context, *session) (Verdict, string) {
	return func(ctx context.Context, s *session) (Verdict, string) {
		path := filepath.Join(s.clone(), "untracked")
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return unknown(err)
		}
		verdict, seen := check(ctx, s)
		if err := os.Remove(path); err != nil {
			return unknown(err)
		}
		return verdict, seen
	}
}

func withLightweight(check func(context.Context, *session) (Verdict, string)) func(context.Context, *session) (Verdict, string) {
	return func(ctx context.Context, s *session) (Verdict, string) {
		if _, err := ownrepo.Git(ctx, s.clone(), "tag", "0.0.1+1", older+"^{commit}"); err != nil {
			return unknown(err)
		}
		verdict, seen := check(ctx, s)
		if _, err := ownrepo.Git(ctx, s.clone(), "tag", "-d", "0.0.1+1"); err != nil {
			return unknown(err)
		}
		return verdict, seen
	}
}

func label(name string, want func(s *session, head string) string) func(context.Context, *session) (Verdict, string) {
	return func(ctx context.Context, s *session) (Verdict, string) {
		head, err := s.head(ctx)
		if err != nil {
			return unknown(err)
		}
		got, err := s.engine.Label(ctx, s.stack, "coop-cloud."+s.stack+"."+name)
		if err != nil {
			return unknown(err)
		}
		return is(got == want(s, head), "%q, HEAD %.8s", got, head)
	}
}

func exposed(ctx context.Context, s *session) (Verdict, string) {
	services, err := s.engine.Services(ctx, s.stack)
	if err != nil {
		return unknown(err)
	}
	var with []string
	for _, service := range services {
		if c := service.Spec.TaskTemplate.ContainerSpec; c != nil && slices.Contains(c.Env, "DOMAIN="+s.domain) {
			with = append(with, strings.TrimPrefix(service.Spec.Name, s.stack+"_"))
		}
	}
	return is(slices.Equal(with, []string{"app"}), "DOMAIN is in the environment of %v", with)
}

func processes(ctx context.Context, s *session) (Verdict, string) {
	o, err := s.abra(ctx, "app", "ps", s.domain, "-m")
	if err != nil {
		return unknown(err)
	}
	var all map[string]map[string]string
	if err := json.Unmarshal([]byte(o.stdout), &all); err != nil {
		return Differs, o.String() + "; " + err.Error()
	}
	_, ok := all["app"]
	return is(ok, "keys %v", slices.Sorted(maps.Keys(all)))
}

func listed(ctx context.Context, s *session) (Verdict, string) {
	o, err := s.abra(ctx, "app", "ls", "-S", "-m")
	if err != nil {
		return unknown(err)
	}
	var all map[string]struct{ Apps []map[string]string }
	if err := json.Unmarshal([]byte(o.stdout), &all); err != nil {
		return Differs, o.String() + "; " + err.Error()
	}
	for _, app := range all["default"].Apps {
		if app["domain"] == s.domain {
			return is(app["status"] == "deployed" && app["version"] == newest && app["chaos"] == "true", "%v", app)
		}
	}
	return Differs, "the app isn't listed under \"default\""
}
