package lint

import (
	"fmt"
	"strings"
	"testing"
)

func TestDiffAndDraft(t *testing.T) {
	was := facts(t, "", "")
	for _, tt := range []struct {
		name, old, new string
		changes        string
		draft          []string // parts
	}{
		{"nothing", "", "", "[]", nil},
		{"image", "notes:1.2.3", "notes:2.0.0", "[image app: registry.test:5000/notes:1.2.3 -> registry.test:5000/notes:2.0.0]", []string{"- app: `registry.test:5000/notes:1.2.3` is now"}},
		{"config", "CONF_VERSION=v1", "CONF_VERSION=v2", "[config conf: v1 -> v2]", nil},
		{"control characters", "DOMAIN=a.test\n", "DOMAIN=a.test\nA=x\x1b[2Jy\n", "[new variable A: x\uFFFD[2Jy]", []string{"- new setting `A`"}},
		{"volume gone", "data", "new", "[volume data is gone: there new volume new: there]", []string{"Operators must act:", "the volume data is used no longer"}},
		{"variable", "DOMAIN=a.test\n", "DOMAIN=a.test\nA=1\n", "[new variable A: 1]", []string{"- new setting `A`"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			is := facts(t, tt.old, tt.new)
			u := Update{From: "1.0.0+1", Old: was, New: is}
			changes := Diff(u)
			if got := fmt.Sprint(changes); got != tt.changes {
				t.Errorf("want %s, got %s", tt.changes, got)
			}
			draft := Draft(u, changes)
			if (draft == "") != (tt.draft == nil) {
				t.Errorf("draft %q", draft)
			}
			for _, part := range tt.draft {
				if !strings.Contains(draft, part) {
					t.Errorf("want %q in the draft, got %q", part, draft)
				}
			}
		})
	}
}

// What operators must do is in the draft.
func TestDraftTellsWhatToDo(t *testing.T) {
	const sample = "DOMAIN=a.test\nKEPT=1\nSECRET_OLD_VERSION=v1\n"
	secret := "  key: {external: true, name: \"s_key_${SECRET_KEY_VERSION}\"}\n"
	for manual, want := range map[string]string{"": "generate the secret key", " # generate=false": "insert the secret key by hand: `abra app secret insert <domain> key v1 <value>`"} {
		u := Update{From: "1.0.0+1", Old: version(t, sample, "", "", ""),
			New: version(t, sample+"A=1\nSECRET_KEY_VERSION=v1"+manual+"\n", "      - \"A=${A}\"\n", secret, sample+"SECRET_KEY_VERSION=v1\n")}
		draft := Draft(u, Diff(u))
		for _, part := range []string{"Operators must act:", "add `A=1` to the app's settings", want} {
			if !strings.Contains(draft, part) {
				t.Errorf("want %q in the draft, got %q", part, draft)
			}
		}
	}
}
