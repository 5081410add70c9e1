package contract

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"coopcloud.tech/cc-ci/internal/ownrepo"
)

// recipeName is the throw-away recipe; older and newest are its versions.
const (
	recipeName = "cc-ci-contract"
	older      = "0.1.0+1"
	newest     = "0.2.0+1"
)

// files is the recipe: one service, one volume, one config, a secret of each kind.
var files = map[string]string{
	".env.sample": `TYPE=` + recipeName + `
DOMAIN=` + recipeName + `.example.com
GREETING=hello
SECRET_SHORT_VERSION=v1 # length=12
SECRET_BYHAND_VERSION=v1 # generate=false
`,
	"abra.sh":  "export NOTE_VERSION=v1\n",
	"note.txt": "a config\n",
	"README.md": `# ` + recipeName + `

A recipe that lives for one check.
`,
	"compose.yml": `version: "3.8"
services:
  app:
    image: IMAGE
    stop_grace_period: 1s
    environment: [GREETING]
    secrets: [short, byhand]
    configs: [{source: note, target: /note.txt}]
    volumes: ["data:/data"]
    deploy:
      endpoint_mode: dnsrr
      restart_policy: {condition: none}
      labels:
        - "traefik.enable=false"
        - "coop-cloud.${STACK_NAME}.version=` + newest + `"
        - "coop-cloud.${STACK_NAME}.timeout=${TIMEOUT:-60}"
  second:
    image: IMAGE
    stop_grace_period: 1s
    deploy: {endpoint_mode: dnsrr, restart_policy: {condition: none}}
volumes: {data: }
configs:
  note: {name: "${STACK_NAME}_note_${NOTE_VERSION}", file: note.txt}
secrets:
  short: {external: true, name: "${STACK_NAME}_short_${SECRET_SHORT_VERSION}"}
  byhand: {external: true, name: "${STACK_NAME}_byhand_${SECRET_BYHAND_VERSION}"}
`,
}

// makeRecipe makes an origin with two annotated versions and one commit after them, and
// the clone of it that abra would have made.
func (s *session) makeRecipe(ctx context.Context) error {
	origin := filepath.Join(s.dir, "origin")
	if err := os.MkdirAll(origin, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		text = strings.ReplaceAll(text, "IMAGE", s.opt.Image)
		if err := os.WriteFile(filepath.Join(origin, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"}, {"add", "."}, {"commit", "-q", "-m", "first"}, {"tag", "-a", "-m", "v", older},
		{"commit", "-q", "--allow-empty", "-m", "second"}, {"tag", "-a", "-m", "v", newest},
		{"commit", "-q", "--allow-empty", "-m", "not published"},
		{"clone", "-q", origin, s.clone()},
	} {
		if _, err := ownrepo.Git(ctx, origin, args...); err != nil {
			return err
		}
	}
	return nil
}

// head gives the clone's commit.
func (s *session) head(ctx context.Context) (string, error) {
	return ownrepo.Git(ctx, s.clone(), "rev-parse", "HEAD")
}

// toMain puts the clone on the commit that has no version.
func (s *session) toMain(ctx context.Context) (string, error) {
	if _, err := ownrepo.Git(ctx, s.clone(), "checkout", "-q", "main"); err != nil {
		return "", err
	}
	return s.head(ctx)
}
