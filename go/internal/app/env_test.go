package app

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/standin/appenv"
)

func TestRewriteEnv(t *testing.T) {
	const sample = `TYPE=demo:1.0.0+1
# the domain
DOMAIN=demo.example.com
#COMPOSE_FILE="compose.yml:compose.smtp.yml"
COMPOSE_FILE="compose.yml"
COMPOSE_FILE="$COMPOSE_FILE:compose.db.yml"
SECRET_DB_PASSWORD_VERSION=v1 # length=32
SITE_NAME="the demo of $DOMAIN"
POST_DEPLOY_CMDS="app evil"
STACK_NAME=other
`
	got, err := RewriteEnv(sample, map[string]string{"DOMAIN": "x.test", "COMPOSE_FILE": "compose.yml:../o.yml", "TITLE": "a $b #c"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `SECRET_DB_PASSWORD_VERSION=v1 # length=32
SITE_NAME='the demo of x.test'
COMPOSE_FILE=compose.yml:../o.yml
DOMAIN=x.test
TITLE='a $b #c'
`
	if got != want {
		t.Errorf("want:\n%s\ngot:\n%s", want, got)
	}
}

// However a sample is written, abra finds the values that were judged, and of the keys
// that it interprets the driver's alone (P5).
func TestEnvFileMeansTheSameToAbra(t *testing.T) {
	for name, sample := range map[string]string{
		"export":             "export TYPE=other\nexport POST_DEPLOY_CMDS=\"local evil\"\nexport DOMAIN=evil.test\n",
		"blank before =":     "TYPE =other\nRECIPE\t= other\nSTACK_NAME =other\nPOST_DEPLOY_CMDS =evil\n",
		"indent":             "  TYPE=other\n\tPRE_X_CMDS=evil\n",
		"quoted backslash":   `IMAGE='a\' # '` + "\n",
		"double backslash":   "B=1\nIMAGE=\"a\\\\$B\"\n",
		"several lines":      "TEXT=\"one\nSTACK_NAME=two\nthree\"\n",
		"single and dollar":  "TEXT=\"it's \\$HOME and \\${X} for $5\"\n",
		"duplicate":          "IMAGE=good\nIMAGE=\"bad\"\nIMAGE=best\n",
		"carriage returns":   "IMAGE=good\r\nTYPE=other\r\nX=\"a\"\r\n",
		"hash in the value":  "PASSWORD=a#b\nURL='https://x/#/y'\n",
		"an escape, a quote": `TEXT="say \"hi\\n\""` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			text, err := RewriteEnv(sample, map[string]string{"DOMAIN": "x.test"})
			if err != nil {
				t.Fatal(err)
			}
			judged, err := recipe.ParseEnv("env file", text)
			if err != nil {
				t.Fatal(err)
			}
			abra, err := appenv.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if len(judged.Map()) != len(abra.Values) {
				t.Errorf("judged %v, abra reads %v", judged.Map(), abra.Values)
			}
			for key, value := range abra.Values {
				if judged.Map()[key] != value {
					t.Errorf("%s: judged %q, abra reads %q", key, judged.Map()[key], value)
				}
				if recipe.IsDriverKey(key) && (key != "DOMAIN" || value != "x.test") {
					t.Errorf("%s=%s is not the driver's", key, value)
				}
			}
		})
	}
}

func TestTypeLine(t *testing.T) {
	for text, want := range map[string]string{
		"TYPE=demo\nA=b\n":                    "TYPE=demo",
		"RECIPE=demo:1.0.0+2.0.0\n":           "RECIPE=demo:1.0.0+2.0.0",
		"TYPE=demo:1.0.0\nTYPE=other:9.0.0\n": "TYPE=demo:1.0.0",
		"TYPE=demo-other\n":                   "TYPE=demo",
		"TYPE=demo:1 # ' \"\n":                "TYPE=demo",
		"":                                    "TYPE=demo",
	} {
		if got := typeLine(text, "demo"); got != want {
			t.Errorf("%q: want %s, got %s", text, want, got)
		}
	}
}
