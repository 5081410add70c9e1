package contract

import (
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// secretProbes need the app of newProbes.
var secretProbes = []probe{
	{"3.6/secret-missing", "a deploy with a missing secret exits 1 and says which",
		expect(1, "secret not", "app", "deploy", "@", "-n", "-C", "-D", "-c")},
	{"3.5/generate", "secret generate --all -m prints an array of {name, value}", secretGenerate},
	{"6/secret-name", "a secret is called <stack>_<name>_<version>", func(ctx context.Context, s *session) (Verdict, string) {
		names, err := s.own(ctx, "secret")
		if err != nil {
			return unknown(err)
		}
		return is(slices.Contains(names, s.stack+"_short_v1"), "secrets %v", names)
	}},
	{"4.1/by-hand", "a secret with generate=false isn't generated", func(ctx context.Context, s *session) (Verdict, string) {
		names, err := s.own(ctx, "secret")
		if err != nil {
			return unknown(err)
		}
		return is(!slices.Contains(names, s.stack+"_byhand_v1"), "secrets %v", names)
	}},
	{"3.5/generate-empty", "secret generate --all with nothing left exits 1", expect(1, "", "app", "secret", "generate", "@", "--all", "-m", "-n")},
	{"3.5/insert", "secret insert -f stores a file's content under the name", secretInsert},
	{"3.5/insert-again", "secret insert of a version that exists exits 1", func(ctx context.Context, s *session) (Verdict, string) {
		return expect(1, "", "app", "secret", "insert", "@", "byhand", "v1", filepath.Join(s.clone(), "note.txt"), "-f", "-n")(ctx, s)
	}},
	{"3.5/ls", "secret ls -m has the keys name, version, generated name, created on server", secretList},
}

func secretGenerate(ctx context.Context, s *session) (Verdict, string) {
	o, err := s.abra(ctx, "app", "secret", "generate", s.domain, "--all", "-m", "-n")
	if err != nil {
		return unknown(err)
	}
	var rows []map[string]string
	if err := json.Unmarshal([]byte(o.stdout), &rows); err != nil {
		return Differs, o.String() + "; standard output is no JSON array of objects of strings"
	}
	if len(rows) != 1 {
		return Differs, o.String() + "; not one object"
	}
	return is(o.status == 0 && rows[0]["name"] == "short" && len(rows[0]["value"]) == 12, "%s; keys %v, value of %d characters", o, slices.Sorted(maps.Keys(rows[0])), len(rows[0]["value"]))
}

func secretInsert(ctx context.Context, s *session) (Verdict, string) {
	o, err := s.abra(ctx, "app", "secret", "insert", s.domain, "byhand", "v1", filepath.Join(s.clone(), "note.txt"), "-f", "-n")
	if err != nil {
		return unknown(err)
	}
	names, err := s.own(ctx, "secret")
	if err != nil {
		return unknown(err)
	}
	return is(o.status == 0 && slices.Contains(names, s.stack+"_byhand_v1"), "%s; secrets %v", o, names)
}

func secretList(ctx context.Context, s *session) (Verdict, string) {
	o, err := s.abra(ctx, "app", "secret", "ls", s.domain, "-m")
	if err != nil {
		return unknown(err)
	}
	var rows []map[string]string
	if err := json.Unmarshal([]byte(o.stdout), &rows); err != nil || len(rows) == 0 {
		return Differs, o.String() + "; standard output is no JSON array of objects of strings"
	}
	want := "created on server, generated name, name, version"
	return is(strings.Join(slices.Sorted(maps.Keys(rows[0])), ", ") == want && rows[0]["created on server"] == "true", "%s; %v", o, rows[0])
}
