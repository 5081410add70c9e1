package policy

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli/compose/convert"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/volume"
	"github.com/rogpeppe/go-internal/txtar"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// deploy gives what the engine would have after `docker stack deploy`, through the
// conversion that deployers use.
func deploy(t *testing.T, f *recipe.Facts) Engine {
	t.Helper()
	var e Engine
	space := convert.NewNamespace(f.Stack)
	names := func(key, name string) string {
		if name != "" {
			return name
		}
		return space.Scope(key)
	}
	for key, n := range f.Config.Networks {
		name := names(key, n.Name)
		summary := network.Summary{ID: name, Name: name, Driver: n.Driver, Options: n.DriverOpts, Labels: n.Labels}
		if !n.External.External {
			summary.Labels = convert.AddStackLabel(space, n.Labels)
		}
		e.Networks = append(e.Networks, summary)
	}
	for key, v := range f.Config.Volumes {
		e.Volumes = append(e.Volumes, volume.Volume{Name: names(key, v.Name), Driver: v.Driver, Options: v.DriverOpts, Labels: v.Labels})
	}
	for _, s := range f.Config.Services {
		var secrets []*swarm.SecretReference
		for _, ref := range s.Secrets {
			secrets = append(secrets, &swarm.SecretReference{SecretName: names(ref.Source, f.Config.Secrets[ref.Source].Name)})
		}
		var configs []*swarm.ConfigReference
		for _, ref := range s.Configs {
			configs = append(configs, &swarm.ConfigReference{ConfigName: names(ref.Source, f.Config.Configs[ref.Source].Name)})
		}
		if s.Deploy.Labels == nil {
			s.Deploy.Labels = map[string]string{}
		}
		s.Deploy.Labels = maps.Clone(s.Deploy.Labels)
		if s.Deploy.Labels[recipe.RunLabel] == "" {
			s.Deploy.Labels[recipe.RunLabel] = testRun.ID
		}
		spec, err := convert.Service("1.47", space, s, f.Config.Networks, f.Config.Volumes, secrets, configs)
		if err != nil {
			t.Fatal(err)
		}
		e.Services = append(e.Services, swarm.Service{Spec: spec})
	}
	return e
}

func TestCreatedOrdinary(t *testing.T) {
	ordinary(t, func(f *recipe.Facts) []result.Finding { return Created(deploy(t, f), testRun, nil) })
}

// unseen are canaries of which the engine's objects show nothing: swarm drops
// the key, or the engine overwrites the label.
var unseen = map[string]bool{
	"security-opt/seccomp": true, "template/driver": true, "foreign-label/stack": true, "volume-driver/cluster": true,
	"external-network/own-proxy": true, "network-driver/vxlan": true,
}

// What the compose files' rules refuse is refused again once it has been created.
func TestCreatedCanaries(t *testing.T) {
	for _, rule := range table {
		if !rule.created {
			continue
		}
		canaries, err := filepath.Glob(filepath.Join("testdata", rule.ID, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range canaries {
			name := rule.ID + "/" + strings.TrimSuffix(filepath.Base(path), ".txtar")
			if unseen[name] {
				continue
			}
			t.Run(name, func(t *testing.T) {
				a, err := txtar.ParseFile(path)
				if err != nil {
					t.Fatal(err)
				}
				findings := Created(deploy(t, load(t, unpack(t, a))), testRun, nil)
				if !slices.ContainsFunc(findings, func(f result.Finding) bool { return f.ID == rule.ID }) {
					t.Errorf("findings = %+v", findings)
				}
			})
		}
	}
}

// Services that no compose file of this loader makes.
func TestCreatedOnly(t *testing.T) {
	for _, c := range []struct {
		rule, place string
		change      func(*swarm.ServiceSpec)
	}{
		{"service-runtime", "created: service app: runtime", func(s *swarm.ServiceSpec) { s.TaskTemplate.Runtime = swarm.RuntimePlugin }},
		{"service-runtime", "created: service app: runtime", func(s *swarm.ServiceSpec) { s.TaskTemplate.PluginSpec = &swarm.RuntimeSpec{} }},
		{"oom-score", "created: service app: oom_score_adj", func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.OomScoreAdj = -1 }},
		{"security-opt", "created: service app: security_opt", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Privileges = &swarm.Privileges{Seccomp: &swarm.SeccompOpts{Mode: swarm.SeccompModeUnconfined}}
		}},
		{"security-opt", "created: service app: security_opt", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Privileges = &swarm.Privileges{AppArmor: &swarm.AppArmorOpts{Mode: swarm.AppArmorModeDisabled}}
		}},
		{"foreign-label", "created: service app: deploy.labels.com.docker.stack.namespace", func(s *swarm.ServiceSpec) { s.Labels["com.docker.stack.namespace"] = "other" }},
		{"foreign-label", "created: service app: deploy.labels.cc-ci.run", func(s *swarm.ServiceSpec) { s.Labels[recipe.RunLabel] = "another" }},
		{"external-network", "created: service app: networks.abc", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.Networks = append(s.TaskTemplate.Networks, swarm.NetworkAttachmentConfig{Target: "abc"})
		}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			spec := swarm.ServiceSpec{}
			spec.Name = testRun.Stack + "_app"
			spec.Labels = map[string]string{}
			spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{}
			if got := Created(Engine{Services: []swarm.Service{{Spec: spec}}}, testRun, nil); len(got) > 0 {
				t.Fatalf("an ordinary service: %+v", got)
			}
			c.change(&spec)
			if got, want := show(Created(Engine{Services: []swarm.Service{{Spec: spec}}}, testRun, nil)), []string{c.rule + " " + c.place}; !slices.Equal(got, want) {
				t.Errorf("findings = %v; want %v", got, want)
			}
		})
	}
}

// What compose says of a thing and what the engine has are not the same words: an exception holds for both. One whose place is
// the engine's own is for the very thing that is found there.
func TestCreatedExcepted(t *testing.T) {
	const app = "version: \"3.8\"\nservices:\n  app:\n    image: nginx:1.27\n"
	const lan = app + "    networks: [lan]\nnetworks: {lan: {driver: macvlan}}\n"
	const cert = app + "    secrets: [cert]\nsecrets: {cert: {external: true, name: wildcard}}\n"
	for _, c := range []struct {
		name, compose, rule, place, found string
		accepted                          bool
	}{
		{"a label with the stack in its key", app + "    deploy: {labels: ['traefik.http.routers.${STACK_NAME}.rule=Host(`www.example.org`)']}\n",
			"router-host", "service app: deploy.labels.traefik.http.routers.${stack}.rule", "rule Host(`www.example.org`)", true},
		{"sorted by the deployer", app + "    cap_add: [SYS_ADMIN, CHOWN]\n", "capability", "service app: cap_add[0]", "SYS_ADMIN", true},
		{"without an index", app + "    security_opt: ['label=disable']\n    sysctls: {vm.x: '1'}\n", "sysctl", "service app: sysctls.vm.x", "vm.x=1", true},
		{"a network", lan, "network-driver", "networks.lan", "driver macvlan", true},
		{"another network", lan, "network-driver", "networks.wan", "driver macvlan", false},
		{"no thing named", lan, "network-driver", "networks.lan", "", false},
		{"the key of a secret", cert, "external-secret", "secrets.cert", "secret wildcard", false},
		{"the engine's place", cert, "external-secret", "created: secrets.wildcard", "secret wildcard", true},
		{"another thing at the engine's place", cert, "external-secret", "created: secrets.wildcard", "secret other", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "compose.yml"), []byte(c.compose), 0o600); err != nil {
				t.Fatal(err)
			}
			facts, excepted := load(t, dir), []plan.Exception{{Rule: c.rule, Place: c.place, Found: c.found, Reason: "agreed"}}
			found := Created(deploy(t, facts), testRun, excepted)
			if named := slices.ContainsFunc(found, func(f result.Finding) bool { return f.ID == c.rule }); !named || Refused(found) == c.accepted {
				t.Errorf("findings: %+v", found)
			}
			unused := slices.ContainsFunc(Check(facts, testRun, excepted), func(f result.Finding) bool { return f.ID == ruleUnused })
			if made := strings.HasPrefix(c.place, createdPlace); c.accepted && unused || made && unused {
				t.Error("the exception was called unused before the deploy")
			}
		})
	}
}

func TestCreatedForeignVolume(t *testing.T) {
	spec := swarm.ServiceSpec{}
	spec.Name = testRun.Stack + "_app"
	spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Mounts: []mount.Mount{{Type: mount.TypeVolume, Source: "hedgedoc_example_org_postgres", Target: "/data"}}}
	got := show(Created(Engine{Services: []swarm.Service{{Spec: spec}}}, testRun, nil))
	if want := []string{"external-volume created: service app: volumes[0]"}; !slices.Equal(got, want) {
		t.Errorf("findings = %v; want %v", got, want)
	}
}

// The engine has other words for what the compose files say, so that an exception whose thing Check has compared holds here
// for its rule and place, and for no other.
func TestExceptionsOfTheCreated(t *testing.T) {
	a, err := txtar.ParseFile("testdata/host-bind/short.txtar")
	if err != nil {
		t.Fatal(err)
	}
	made := deploy(t, load(t, unpack(t, a)))
	all := Created(made, testRun, nil)
	if !Refused(all) {
		t.Fatalf("findings: %+v", all)
	}
	_, place, _ := strings.Cut(all[0].Place, createdPlace)
	for place, accepted := range map[string]bool{place: true, place + ".other": false} {
		e := plan.Exception{Rule: all[0].ID, Place: place, Found: "in the compose file's words", Reason: "agreed"}
		if found := Created(made, testRun, []plan.Exception{e}); (found[0].Accepted != "") != accepted || e.Found == "" {
			t.Errorf("%s: expected accepted: %v, found %+v", place, accepted, found)
		}
	}
}
