//go:build live

package standin_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"

	"coopcloud.tech/cc-ci/internal/standin/switches"
)

// install makes the app and its secrets and deploys the clone as it stands.
func (w *world) install() {
	w.t.Helper()
	w.ok("app", "new", "tiny", "-n", "-C", "--domain="+w.domain, "--server=default")
	w.ok("app", "secret", "generate", w.domain, "--all", "-m", "-n")
	w.insertByHand()
}

func (w *world) insertByHand() {
	w.t.Helper()
	path := filepath.Join(w.dir, "value")
	if err := os.WriteFile(path, []byte("by hand"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.ok("app", "secret", "insert", w.domain, "byhand", "v1", path, "-f", "-n")
}

func (w *world) services() map[string]swarm.Service {
	w.t.Helper()
	list, err := w.engine.Services(context.Background(), w.stack)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]swarm.Service{}
	for _, s := range list {
		out[s.Spec.Name] = s
	}
	return out
}

// TestLife goes once through an app's life as the driver does and looks at the engine
// after each step.
func TestLife(t *testing.T) {
	w := newWorld(t, "")
	w.ok("app", "new", "tiny", "-n", "-C", "--domain="+w.domain, "--server=default")
	w.refused("secret not", "app", "deploy", w.domain, "-n", "-C", "-D")
	w.checkGenerate()
	w.refused("secret not inserted (#generate=false): "+w.stack+"_byhand_v1", "app", "deploy", w.domain, "-n", "-C", "-D")
	w.insertByHand()
	w.refused("already exists", "app", "secret", "insert", w.domain, "byhand", "v1", "x", "-n")

	w.ok("app", "deploy", w.domain, "-n", "-C", "-D", "-c")
	w.checkChaosDeploy()
	w.checkListings()
	w.refused("already deployed", "app", "deploy", w.domain, "1.0.0+1", "-n", "-D")
	w.refused("still deployed", "app", "volume", "rm", w.domain, "-f", "-n")
	w.refused("still deployed", "app", "remove", w.domain, "-n")

	w.ok("app", "deploy", w.domain, "1.0.0+1", "-n", "-D", "-f")
	w.checkVersionDeploy()

	w.ok("app", "undeploy", w.domain, "-n")
	w.checkUndeployed()
	w.refused("not deployed", "app", "undeploy", w.domain, "-n")

	w.ok("app", "volume", "rm", w.domain, "-f", "-n")
	w.ok("app", "volume", "rm", w.domain, "-f", "-n")
	w.ok("app", "secret", "rm", w.domain, "--all", "-n")
	w.ok("app", "remove", w.domain, "-n")
	w.checkNothingLeft()
}

func (w *world) checkGenerate() {
	t := w.t
	out := w.ok("app", "secret", "generate", w.domain, "--all", "-m", "-n")
	var made []struct{ Name, Value string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || len(made) != 2 {
		t.Fatalf("generate -m printed %q (%v), want two objects", out, err)
	}
	for _, s := range made {
		want := map[string]string{"pw": `^[A-Za-z0-9!@#$%^&*_+=-]{12}$`, "word": `^[a-z]+(-[a-z]+){5}$`}[s.Name]
		if !regexp.MustCompile(want).MatchString(s.Value) {
			t.Errorf("%s has another form than %s", s.Name, want)
		}
	}
	if _, errs, status := w.run("app", "secret", "generate", w.domain, "--all", "-m", "-n"); status != 1 || strings.Contains(errs, "FATA") {
		t.Errorf("nothing left to generate: exit %d, %q; want 1 and a warning", status, errs)
	}
	var rows []map[string]string
	out = w.ok("app", "secret", "ls", w.domain, "-m")
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 3 {
		t.Fatalf("secret ls -m printed %q (%v)", out, err)
	}
	if r := rows[1]; r["name"] != "pw" || r["version"] != "v1" || r["generated name"] != w.stack+"_pw_v1" || r["created on server"] != "true" {
		t.Errorf("row %v", r)
	}
	if rows[0]["created on server"] != "false" {
		t.Errorf("row %v, want not created", rows[0])
	}
}

func (w *world) checkChaosDeploy() {
	t, ctx := w.t, context.Background()
	hash := w.git("rev-parse", "HEAD")[:8]
	if got := w.typeLine(); got != "TYPE=tiny:"+hash {
		t.Errorf("%s, want the chaos version %s", got, hash)
	}
	app, ok := w.services()[w.stack+"_app"]
	if _, other := w.services()[w.stack+"_other"]; !ok || !other {
		t.Fatalf("services %v", w.services())
	}
	for name, want := range map[string]string{"recipe": "tiny", "chaos": "true", "chaos-version": hash, "version": "1.1.0+1", "timeout": "60"} {
		if got := app.Spec.Labels["coop-cloud."+w.stack+"."+name]; got != want {
			t.Errorf("label %s = %q, want %q", name, got, want)
		}
	}
	env := app.Spec.TaskTemplate.ContainerSpec.Env
	for _, want := range []string{"GREETING=hello", "FROM_ABRA_SH=v3", "DOMAIN=" + w.domain, "TYPE=tiny:" + hash} {
		if !slices.Contains(env, want) {
			t.Errorf("environment of app lacks %s: %v", want, env)
		}
	}
	if other := w.services()[w.stack+"_other"].Spec.TaskTemplate.ContainerSpec.Env; len(other) != 0 {
		t.Errorf("environment of other: %v, want none", other)
	}
	configs, err := w.engine.API.ConfigList(ctx, swarm.ConfigListOptions{})
	if err != nil || !slices.ContainsFunc(configs, func(c swarm.Config) bool { return c.Spec.Name == w.stack+"_conf_v3" }) {
		t.Errorf("no config %s_conf_v3 (%v)", w.stack, err)
	}
	if _, err := w.engine.API.NetworkInspect(ctx, w.stack+"_internal", network.InspectOptions{}); err != nil {
		t.Error(err)
	}
	secrets, err := w.engine.Secrets(ctx, w.stack+"_")
	if err != nil || len(secrets) != 3 || len(secrets[w.stack+"_pw_v1"].Spec.Labels) != 0 {
		t.Errorf("secrets %v %v, want three without labels", secrets, err)
	}
}

func (w *world) checkListings() {
	t := w.t
	var ps map[string]map[string]string
	if out := w.ok("app", "ps", w.domain, "-m"); json.Unmarshal([]byte(out), &ps) != nil || ps["app"]["version"] != "1.1.0+1" || ps["app"]["chaos"] != "true" {
		t.Errorf("ps -m printed %s", out)
	}
	var ls map[string]struct{ Apps []map[string]string }
	out := w.ok("app", "ls", "-S", "-m")
	if err := json.Unmarshal([]byte(out), &ls); err != nil || len(ls["default"].Apps) != 1 {
		t.Fatalf("ls -S -m printed %s (%v)", out, err)
	}
	if a := ls["default"].Apps[0]; a["status"] != "deployed" || a["version"] != "1.1.0+1" || a["upgrade"] != "latest" || a["chaos"] != "true" {
		t.Errorf("app %v", a)
	}
}

func (w *world) checkVersionDeploy() {
	t := w.t
	if got := w.typeLine(); got != "TYPE=tiny:1.0.0+1" {
		t.Errorf("%s, want 1.0.0+1", got)
	}
	if got := w.git("describe", "--exact-match"); got != "1.0.0+1" {
		t.Errorf("the clone is at %s", got)
	}
	labels := w.services()[w.stack+"_app"].Spec.Labels
	if v := labels["coop-cloud."+w.stack+".version"]; v != "1.0.0+1" {
		t.Errorf("version label %q", v)
	}
	if v, ok := labels["coop-cloud."+w.stack+".chaos-version"]; ok || labels["coop-cloud."+w.stack+".chaos"] != "false" {
		t.Errorf("chaos-version label %q after a deploy of a version", v)
	}
}

func (w *world) checkUndeployed() {
	t, ctx := w.t, context.Background()
	if len(w.services()) != 0 {
		t.Errorf("services left: %v", w.services())
	}
	if got := w.typeLine(); got != "TYPE=tiny:1.0.0+1" {
		t.Errorf("%s, want 1.0.0+1", got)
	}
	if volumes, err := w.engine.Volumes(ctx, w.stack); err != nil || !slices.Equal(volumes, []string{w.stack + "_data"}) {
		t.Errorf("volumes %v %v, want the data volume to stay", volumes, err)
	}
	if secrets, err := w.engine.Secrets(ctx, w.stack+"_"); err != nil || len(secrets) != 3 {
		t.Errorf("secrets %v %v, want them to stay", secrets, err)
	}
}

func (w *world) checkNothingLeft() {
	t, ctx := w.t, context.Background()
	if volumes, err := w.engine.Volumes(ctx, w.stack); err != nil || len(volumes) != 0 {
		t.Errorf("volumes %v %v", volumes, err)
	}
	if secrets, err := w.engine.Secrets(ctx, w.stack+"_"); err != nil || len(secrets) != 0 {
		t.Errorf("secrets %v %v", secrets, err)
	}
	if _, err := os.Stat(w.envFile()); err == nil {
		t.Error("the env file is left")
	}
}

// TestLifeSwitched goes through the same life with every switch in its other form.
func TestLifeSwitched(t *testing.T) {
	w := newWorld(t, switches.Other("run-tty", "usage-errors", "secret-chaos", "ensure"))
	w.install()
	if _, errs, status := w.run("app", "secret", "generate", w.domain, "--all", "-m", "-n"); status != 0 {
		t.Errorf("nothing left to generate: exit %d, %q; want 0", status, errs)
	}
	if out := w.ok("app", "secret", "ls", w.domain, "-m"); !strings.Contains(out, `"created_on_server":"true"`) {
		t.Errorf("secret ls -m printed %s", out)
	}
	w.ok("app", "deploy", w.domain, "-n", "-C", "-D", "-c")
	if got := w.typeLine(); got != "TYPE=tiny" {
		t.Errorf("%s, want it untouched", got)
	}
	other := w.services()[w.stack+"_other"].Spec.TaskTemplate.ContainerSpec.Env
	if !slices.Contains(other, "GREETING=hello") {
		t.Errorf("environment of other: %v, want the app's env file", other)
	}
	if out := w.ok("app", "ps", w.domain, "-m"); !strings.Contains(out, `"`+w.stack+`_app":`) {
		t.Errorf("ps -m printed %s", out)
	}
	w.ok("app", "undeploy", w.domain, "-n")
	if got := w.typeLine(); got != "TYPE=tiny" {
		t.Errorf("%s, want it untouched", got)
	}
}
