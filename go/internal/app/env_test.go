package app

import (
	"strings"
	"testing"
)

func TestRewriteEnv(t *testing.T) {
	const sample = `TYPE=demo:1.0.0+1
# the domain
DOMAIN=demo.example.com
#COMPOSE_FILE="compose.yml:compose.smtp.yml"
COMPOSE_FILE="compose.yml"
COMPOSE_FILE="$COMPOSE_FILE:compose.db.yml"
SECRET_DB_PASSWORD_VERSION=v1 # length=32
POST_DEPLOY_CMDS="app evil"
STACK_NAME=other
`
	got, err := rewriteEnv(sample, map[string]string{"DOMAIN": "x.test", "COMPOSE_FILE": "compose.yml:../o.yml", "TITLE": "a $b #c"}, []string{"STACK_NAME"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `TYPE=demo:1.0.0+1
# the domain
#COMPOSE_FILE="compose.yml:compose.smtp.yml"
SECRET_DB_PASSWORD_VERSION=v1 # length=32
COMPOSE_FILE=compose.yml:../o.yml
DOMAIN=x.test
TITLE='a $b #c'
`
	if got != want {
		t.Errorf("want:\n%s\ngot:\n%s", want, got)
	}
}

func TestQuoteEnvRefusesWhatItCannotKeep(t *testing.T) {
	for _, v := range []string{"two\nlines", "it's a $trap"} {
		if got, err := quoteEnv(v); err == nil {
			t.Errorf("%q: want an error, got %q", v, got)
		}
	}
	if got, _ := quoteEnv("plain"); got != "plain" || strings.Contains(got, "'") {
		t.Errorf("got %q", got)
	}
}
