package report

import (
	"encoding/base64"
	"io/fs"
	"strings"
	"testing/fstest"
	"time"

	"coopcloud.tech/cc-ci/internal/result"
)

var begin = time.Date(2026, 11, 23, 1, 14, 5, 0, time.UTC)

// pixel is a PNG image of one point.
var pixel, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

// sample is a result with the folder it comes from.
type sample struct {
	result result.Result
	files  fs.FS
}

func samples() map[string]sample {
	return map[string]sample{
		"green": greenRun(), "red": redRun(), "error": broken(), "refused": refusedRun(), "hostile": hostile(),
	}
}

func base() result.Result {
	return result.Result{
		Schema: result.Schema, ID: "20261123T011405-7f3a", Recipe: "hedgedoc", PR: 41,
		Domain:  "hedgedoc-pr41-a1b2c3d.ci.example.org",
		Started: begin, Ended: begin.Add(112 * time.Second), Outcome: result.Pass,
		Identity: result.Identity{
			Commit: "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334", NarHash: "sha256-Ic2mXyDbMHVnXlQvPz0yxk6zTSbX9lqvSGKzWJ8y6iY=", Version: "3.0.10+1.10.8",
			Images: map[string]string{
				"postgres:16-alpine":               "sha256:9d0f1a6d3c51c84be8b6cd9b7d5ee1a21a4dd6df3b5d0c44bb17b2d1f4b5a001",
				"quay.io/hedgedoc/hedgedoc:1.10.8": "sha256:27f6c5a1c1d3a0b7a91d45e1ca7a3f1e23dd8e72a0b0a5ff3d2c9f8e7a6b5c4d",
			},
			Abra: "abra 0.13.0-beta", Router: "traefik 3.7.13", Engine: "docker 28.2.2", Browser: "Chromium 156.0", Driver: "0.1.0",
			PlanHash: "sha256:5f1c9be2a7704f6e",
		},
		Again: "nix run 'git+https://git.example.org/cc-ci?rev=9f8e7d6#test-hedgedoc' -- --ref a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
	}
}

// stages lays stages end to end from the run's start.
func stages(list ...result.Stage) []result.Stage {
	at := begin
	for i := range list {
		if list[i].Outcome == result.NotRun {
			continue
		}
		list[i].Started = at
		at = at.Add(list[i].Took)
	}
	return list
}

func step(place, what string, took time.Duration) result.Step {
	return result.Step{Place: place, What: what, Outcome: result.Pass, Took: took}
}

func stage(name string, o result.Outcome, took time.Duration, steps ...result.Step) result.Stage {
	return result.Stage{Name: name, Outcome: o, Took: took, Steps: steps}
}

func greenRun() sample {
	const p, ms = result.Pass, time.Millisecond
	r := base()
	local := stage("local", result.NotApplicable, 0)
	local.Reason = "the recipe has no tests/"
	r.Stages = stages(
		stage("prepare", p, 4*time.Second, step("policy", "34 rules over 2 services", 12*ms)),
		stage("install", p, 21*time.Second,
			step("ready", "GET /status until 200", 9200*ms), step("smoke", "GET / over HTTPS, a page without console errors", 1900*ms),
			step("flows.write-a-note[0]", "goto /new", 410*ms), step("flows.write-a-note[2]", "expect text \"hello\" at .markdown-body", 260*ms)),
		stage("backup", p, 19*time.Second, step("state.write[0]", "POST /new", 140*ms), step("state.verify[0]", "GET /n/abc/download", 31*ms)),
		local,
		stage("remove", p, 8*time.Second, step("residue", "services, volumes, secrets, configs, networks", 300*ms)),
		stage("upgrade", p, 49*time.Second, step("state.verify[0]", "GET /n/abc/download", 31*ms)),
		stage("remove", p, 8*time.Second, step("residue", "services, volumes, secrets, configs, networks", 300*ms)),
		stage("report", p, 1*time.Second),
	)
	shot := result.Evidence{Kind: "screenshot", File: "evidence/smoke.png", Step: "smoke"}
	r.Stages[1].Evidence = []result.Evidence{shot}
	r.Notices = []string{"override no-ipvs in force: endpoint_mode dnsrr, this kernel has no IPVS"}
	r.Findings = []result.Finding{{ID: "floating-tag", Severity: "warn", Place: "service db: image", Text: "The tag 16-alpine moves.", Accepted: "upstream publishes no others"}}
	r.Level = result.Climb(r.Stages, r.Findings, false)
	return sample{r, fstest.MapFS{
		"evidence/smoke.png": {Data: pixel},
		"log/install":        {Data: []byte("01:14:09Z install   start\n01:14:30Z install   pass 0:21\n")},
	}}
}

func redRun() sample {
	s := greenRun()
	r := &s.result
	r.Outcome = result.Fail
	r.Reason = `upgrade 3.0.9+1.10.7 -> a1b2c3d, state.verify[0]: GET /n/abc/download: expected body "# kept", got status 500`
	up := &r.Stages[5]
	up.Outcome, up.Reason = result.Fail, r.Reason
	up.Steps = []result.Step{
		step("deploy", "3.0.9+1.10.7", 12*time.Second), step("state.write[0]", "POST /new", 120*time.Millisecond), step("deploy", "a1b2c3d over it", 18*time.Second),
		{Place: "state.verify[0]", What: "GET /n/abc/download", Outcome: result.Fail, Expected: `body contains "# kept"`, Seen: "status 500, body \"Internal Server Error\"", Took: 5 * time.Second},
	}
	up.Services = []result.Service{{
		Name: "db", Tasks: []string{"failed 3 s ago: exit 1", "failed 9 s ago: exit 1"},
		Log: []string{
			"2026-11-23 01:15:31 UTC [1] LOG:  starting PostgreSQL 17.2",
			"2026-11-23 01:15:31 UTC [1] FATAL:  database files are incompatible with server",
			"2026-11-23 01:15:31 UTC [1] DETAIL:  The data directory was initialized by PostgreSQL version 16, which is not compatible with this version 17.2.",
		},
	}}
	up.Evidence = []result.Evidence{
		{Kind: "screenshot", File: "evidence/upgrade.png", Step: "state.verify[0]"},
		{Kind: "trace", File: "evidence/upgrade trace.zip"},
	}
	up.Retries = 1
	r.Findings = append(r.Findings, result.Finding{ID: "new-variable", Severity: "act", Place: ".env.sample", Text: "The new variable CMD_SESSION_TTL has no default."})
	r.Level = result.Climb(r.Stages, r.Findings, false)
	s.files.(fstest.MapFS)["evidence/upgrade.png"] = &fstest.MapFile{Data: pixel}
	return s
}

func broken() sample {
	r := base()
	r.Outcome, r.Reason = result.Error, "pull postgres:16-alpine: the registry answered 503 three times; try again later, or name a mirror in the site file"
	r.Ended = begin.Add(64 * time.Second)
	prepare := stage("prepare", result.Error, 64*time.Second)
	prepare.Reason, prepare.Retries = r.Reason, 2
	r.Stages = stages(prepare, notRun("install"), notRun("backup"), notRun("local"), notRun("upgrade"), stage("remove", result.Fail, 0))
	r.Stages[5].Outcome = result.Pass
	r.Residue = []string{"volume hedgedoc-pr41-a1b2c3d_db: in use by container 0c1d2e3f"}
	return sample{r, nil}
}

func notRun(name string) result.Stage {
	return result.Stage{Name: name, Outcome: result.NotRun, Reason: "prepare did not pass"}
}

func refusedRun() sample {
	r := base()
	r.Outcome, r.Reason = result.Fail, "policy: service app: volumes[1]: bind mount of /var/run/docker.sock"
	r.Ended = begin.Add(2 * time.Second)
	prepare := stage("prepare", result.Fail, 2*time.Second, result.Step{
		Place: "policy", What: "34 rules over 2 services", Outcome: result.Fail,
		Expected: "no host bind mount", Seen: "service app: volumes[1]: /var/run/docker.sock", Took: 4 * time.Millisecond,
	})
	prepare.Reason = r.Reason
	r.Stages = stages(prepare, notRun("install"), notRun("backup"), notRun("local"), notRun("upgrade"))
	r.Findings = []result.Finding{{ID: "docker-socket", Severity: "refuse", Place: "service app: volumes[1]", Text: "The Docker socket gives root on the host."}}
	r.Level = result.Climb(r.Stages, r.Findings, false)
	return sample{r, nil}
}

// bad is what a hostile recipe puts wherever it can.
const bad = "\x1b]0;owned\a\x1b[2J\x1b[31m<script>alert(1)</script>\x00\x08\u202e\u009b2J</style></title>\"'><img src=https://evil.example/x onerror=alert(2)>]]>&\xff\nsecond\r\nthird"

func hostile() sample {
	huge := strings.Repeat("x", 200_000)
	r := base()
	r.Recipe, r.Domain, r.ID, r.Reason, r.Again = bad, bad, bad, bad+huge, bad
	r.Outcome = result.Fail
	r.Identity.Commit, r.Identity.Version, r.Identity.Abra, r.Identity.PlanHash = bad, bad, bad, bad
	r.Identity.Images = map[string]string{bad: bad}
	r.Identity.Overrides = []string{bad}
	install := stage(bad, result.Fail, time.Second, result.Step{Place: bad, What: bad + huge, Outcome: result.Fail, Expected: bad + huge, Seen: bad + huge})
	install.Reason, install.Secrets = bad+huge, bad
	install.Services = []result.Service{{Name: bad, Tasks: []string{bad + huge}, Log: []string{bad, huge}}}
	install.Evidence = []result.Evidence{
		{Kind: "screenshot", File: "../../etc/passwd", Step: bad}, {Kind: "screenshot", File: "evidence/page.png"},
		{Kind: bad, File: "javascript:alert(3)"}, {Kind: "har", File: "/etc/passwd"}, {Kind: "har", File: "https://evil.example/x"}, {Kind: "trace", File: bad},
	}
	r.Stages = stages(install, stage("remove", result.Pass, time.Hour))
	r.Findings = []result.Finding{{ID: bad, Severity: bad, Place: bad, Text: bad + huge, Accepted: bad}}
	r.Residue, r.Notices = []string{bad}, []string{bad}
	r.Level = result.Climb(r.Stages, r.Findings, false)
	return sample{r, fstest.MapFS{
		"evidence/page.png": {Data: []byte("<svg onload=alert(4)>")},
		"log/remove":        {Data: []byte(strings.Repeat(bad+"\n", 5000))},
	}}
}
