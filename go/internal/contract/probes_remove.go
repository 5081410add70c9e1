package contract

import (
	"context"
)

// removeProbes take the app away and look at what stays.
var removeProbes = []probe{
	{"3.9/terminal", "backup snapshots without a terminal exits 1", expect(1, "", "app", "backup", "snapshots", "@")},
	{"3.8/deployed", "volume rm of a deployed app exits 1", expect(1, "", "app", "volume", "rm", "@", "-f", "-n")},
	{"3.7/undeploy", "undeploy -n exits 0 and leaves no service", func(ctx context.Context, s *session) (Verdict, string) {
		verdict, seen := expect(0, "", "app", "undeploy", "@", "-n")(ctx, s)
		names, err := s.own(ctx, "service")
		if err != nil {
			return unknown(err)
		}
		if verdict == Agrees {
			return is(len(names) == 0, "%s; services %v", seen, names)
		}
		return verdict, seen
	}},
	{"3.7/type", "undeploy writes the deployed version into TYPE", func(_ context.Context, s *session) (Verdict, string) {
		text, err := s.typeOf(s.domain)
		if err != nil {
			return unknown(err)
		}
		return is(text == recipeName+":"+older, "TYPE=%s", text)
	}},
	{"3.7/again", "undeploy of an app that isn't deployed exits 1", expect(1, "not deployed", "app", "undeploy", "@", "-n")},
	{"3.7/volumes", "undeploy leaves the volumes", volumeStays},
	{"3.7/secrets", "undeploy leaves the secrets", left("secret", 2)},
	{"3.7/configs", "undeploy removes the configs", left("config", 0)},
	{"3.8/rm", "volume rm -f -n exits 0", expect(0, "", "app", "volume", "rm", "@", "-f", "-n")},
	{"3.8/rm-left", "and leaves no volume", left("volume", 0)},
	{"3.8/rm-none", "volume rm with no volume exits 0", expect(0, "", "app", "volume", "rm", "@", "-f", "-n")},
	{"3.5/rm", "secret rm --all -n exits 0", expect(0, "", "app", "secret", "rm", "@", "--all", "-n")},
	{"3.5/rm-left", "and leaves no secret", left("secret", 0)},
	{"3.5/rm-none", "secret rm --all with no secret exits 0", expect(0, "", "app", "secret", "rm", "@", "--all", "-n")},
	{"3.10/remove", "remove -n takes the env file away", func(ctx context.Context, s *session) (Verdict, string) {
		verdict, seen := expect(0, "", "app", "remove", "@", "-n")(ctx, s)
		if verdict == Agrees {
			return is(!exists(s.env(s.domain)), "%s; the env file is there: %t", seen, exists(s.env(s.domain)))
		}
		return verdict, seen
	}},
}

func volumeStays(ctx context.Context, s *session) (Verdict, string) {
	if !s.hadVolume {
		return Unknown, "there was no volume"
	}
	return left("volume", 1)(ctx, s)
}

// left gives a check that counts the app's objects of one kind.
func left(kind string, want int) func(context.Context, *session) (Verdict, string) {
	return func(ctx context.Context, s *session) (Verdict, string) {
		names, err := s.own(ctx, kind)
		if err != nil {
			return unknown(err)
		}
		return is(len(names) == want, "%ss %v", kind, names)
	}
}
