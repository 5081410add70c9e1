package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

var versionLine = regexp.MustCompile(`^\S+ version v?\d+\.\d+\.\d+`)

// wordProbes try the command line as such: words, flags, streams, servers.
func wordProbes() []probe {
	probes := []probe{
		{"1/version", "--version prints \"abra version X.Y.Z…\"", func(ctx context.Context, s *session) (Verdict, string) {
			o, err := s.abra(ctx, "--version")
			if err != nil {
				return unknown(err)
			}
			return is(o.status == 0 && versionLine.MatchString(o.stdout), "exit %d: %s", o.status, strings.TrimSpace(o.stdout))
		}},
		{"2/unknown-flag", "an unknown flag is refused with exit 1", expect(1, "unknown flag: --nonsense", "app", "ls", "--nonsense")},
		{"2/global-flags", "-n stands before the group word too", expect(0, "", "-n", "app", "--help")},
		{"3.1/local", "server add --local makes servers/default in ABRA_DIR", func(ctx context.Context, s *session) (Verdict, string) {
			o, err := s.abra(ctx, "server", "add", "--local", "-n")
			if err != nil {
				return unknown(err)
			}
			return is(o.status == 0 && exists(filepath.Join(s.home(), "servers", "default")), "%s", o)
		}},
		{"3.1/repeat", "server add --local a second time exits 0", expect(0, "", "server", "add", "--local", "-n")},
		{"3.1/ls", "server ls -m prints an array of {name, host} and nothing on standard error", serverList},
		{"3.7/no-chaos", "undeploy has no --chaos", expect(1, "unknown", "app", "undeploy", "@", "-n", "--chaos")},
		{"3.8/no-chaos", "volume rm has no --chaos", expect(1, "unknown", "app", "volume", "rm", "@", "-f", "-n", "--chaos")},
	}
	for _, form := range Forms {
		if words, flags := split(form.Args); len(words) > 0 {
			probes = append(probes, helpProbe(form, words, flags))
		}
	}
	return probes
}

// helpProbe looks for the flags that the driver passes in the command's help text.
func helpProbe(form Form, words, flags []string) probe {
	return probe{form.Row + "/help", "the help of `" + strings.Join(words, " ") + "` has " + strings.Join(flags, " "),
		func(ctx context.Context, s *session) (Verdict, string) {
			o, err := s.abra(ctx, append(words, "--help")...)
			if err != nil {
				return unknown(err)
			}
			var missing []string
			for _, flag := range flags {
				if !regexp.MustCompile(`(?m)(^|[\s,])` + regexp.QuoteMeta(flag) + `([\s,=]|$)`).MatchString(o.stdout + o.stderr) {
					missing = append(missing, flag)
				}
			}
			return is(o.status == 0 && len(missing) == 0, "exit %d, missing: %v", o.status, missing)
		}}
}

// split gives the words of a form's command and its flags.
func split(args string) (words, flags []string) {
	for arg := range strings.FieldsSeq(args) {
		switch {
		case strings.HasPrefix(arg, "-"):
			flags = append(flags, strings.TrimSuffix(arg, "="))
		case arg != "_":
			words = append(words, arg)
		}
	}
	return words, flags
}

func serverList(ctx context.Context, s *session) (Verdict, string) {
	o, err := s.abra(ctx, "server", "ls", "-m")
	if err != nil {
		return unknown(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(o.stdout), &rows); err != nil {
		return Differs, fmt.Sprintf("%s: %v", o, err)
	}
	ok := len(rows) == 1 && rows[0]["name"] == "default" && rows[0]["host"] != nil && o.stderr == ""
	return is(ok, "%v, standard error %q", rows, o.stderr)
}
