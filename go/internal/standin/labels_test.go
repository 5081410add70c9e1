package standin

import (
	"strings"
	"testing"
	"time"

	composetypes "github.com/docker/cli/cli/compose/types"

	"coopcloud.tech/cc-ci/internal/standin/appenv"
	"coopcloud.tech/cc-ci/internal/standin/clone"
	"coopcloud.tech/cc-ci/internal/standin/switches"
)

func TestStackName(t *testing.T) {
	long := strings.Repeat("a", 40) + ".example.com"
	for _, tc := range []struct{ name, domain, env, forms, want string }{
		{"dots", "a-b.example.com", "", "", "a-b_example_com"},
		{"cut", long, "", "", strings.Repeat("a", 40) + "_exam"},
		{"not cut", long, "", "stack-cut=none", strings.Repeat("a", 40) + "_example_com"},
		{"own name", "a.example.com", "STACK_NAME=mine", "", "mine"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			set, err := switches.Parse(tc.forms)
			if err != nil {
				t.Fatal(err)
			}
			env, err := appenv.Parse(tc.env)
			if err != nil {
				t.Fatal(err)
			}
			if got := (&program{switches: set}).stackName(tc.domain, env); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func testApp(t *testing.T, env string) *app {
	t.Helper()
	parsed, err := appenv.Parse(env)
	if err != nil {
		t.Fatal(err)
	}
	return &app{Name: "a.test", Stack: "a_test", Env: parsed, Recipe: clone.Clone{Name: "demo"}}
}

func TestTimeout(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 50 * time.Second, "300": 5 * time.Minute, "soon": 50 * time.Second, "0": 50 * time.Second,
	} {
		config := &composetypes.Config{Services: []composetypes.ServiceConfig{
			{Name: "db", Deploy: composetypes.DeployConfig{Labels: composetypes.Labels{"coop-cloud.a_test.timeout": "7"}}},
			{Name: "app", Deploy: composetypes.DeployConfig{Labels: composetypes.Labels{"coop-cloud.a_test.timeout": text}}},
		}}
		if got := testApp(t, "").timeout(config); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestExpose(t *testing.T) {
	a := testApp(t, "TYPE=demo:0.1.0+1\nGREETING=hello\nOWN=from-env\n")
	own := "from-compose"
	config := &composetypes.Config{Services: []composetypes.ServiceConfig{
		{Name: "app", Environment: composetypes.MappingWithEquals{"OWN": &own}}, {Name: "db"},
	}}
	a.expose(config, "1.0.0+1", false)
	env := config.Services[0].Environment
	for key, want := range map[string]string{"TYPE": "demo:1.0.0+1", "GREETING": "hello", "OWN": "from-compose"} {
		if env[key] == nil || *env[key] != want {
			t.Errorf("%s = %v, want %s", key, env[key], want)
		}
	}
	if len(config.Services[1].Environment) != 0 {
		t.Errorf("db got %v", config.Services[1].Environment)
	}
	a.expose(config, "1.0.0+1", true)
	if len(config.Services[1].Environment) != 3 {
		t.Errorf("with all: db got %v", config.Services[1].Environment)
	}
}

func TestSecrets(t *testing.T) {
	a := testApp(t, "SECRET_PW_VERSION=v2 # length=9\n")
	service := composetypes.ServiceConfig{Name: "app", Secrets: []composetypes.ServiceSecretConfig{{Source: "pw"}, {Source: "local"}, {Source: "foreign"}}}
	external := composetypes.External{External: true}
	config := &composetypes.Config{Services: []composetypes.ServiceConfig{service}, Secrets: map[string]composetypes.SecretConfig{
		"pw":      {Name: "a_test_pw_v2", External: external},
		"local":   {Name: "a_test_local_v1"},
		"foreign": {Name: "other_pw_v1", External: external},
		"unused":  {Name: "a_test_unused_v1", External: external},
	}}
	got, err := a.secrets(config)
	if err != nil || len(got) != 1 || got[0].Name != "pw" || got[0].Version != "v2" || got[0].Modifiers["length"] != "9" {
		t.Errorf("got %+v %v, want pw alone", got, err)
	}
	for name, want := range map[string]string{
		"a_test_pw_":                           "missing version",
		"a_test_pw_" + strings.Repeat("v", 60): "> 64 chars",
	} {
		config.Secrets["pw"] = composetypes.SecretConfig{Name: name, External: external}
		if _, err := a.secrets(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
