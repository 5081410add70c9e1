package app

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

// PrepareOver reads the clone, which must stand at commit, as an operator of old gets
// it by upgrading (S11). The env file stays as old made it, with what the plan
// declares and the compose files that the new sample names. The one line that is taken
// from the new sample is that of a new secret's version for which compose has no
// default: without it there is no name under which the secret could be generated.
func (a *App) PrepareOver(commit string, old Version) (Version, error) {
	text, sample, err := a.sample(commit)
	if err != nil {
		return Version{}, err
	}
	files := a.composeFiles(sample)
	v, err := a.load(commit, old.Env, files)
	if err != nil {
		return Version{}, err
	}
	lines := secretLines(text, v.Facts)
	if lines == "" {
		return v, nil
	}
	return a.load(commit, old.Env+lines, files)
}

var secretLine = regexp.MustCompile(`(?m)^[ \t]*(SECRET_[A-Z0-9_]+_VERSION)=.*$`)

// secretLines are the lines of the sample for secrets that f needs and whose version
// its environment doesn't know.
func secretLines(sample string, f *recipe.Facts) string {
	needs := f.Needs()
	var lines strings.Builder
	for _, m := range secretLine.FindAllStringSubmatch(sample, -1) {
		if _, set := f.Environment[m[1]]; !set && slices.Contains(needs, m[1]) {
			lines.WriteString(m[0] + "\n")
		}
	}
	return lines.String()
}

// Update makes v, which was prepared over the version that runs, what the next Deploy
// deploys. The TYPE line gets v's commit: abra moves the clone to the version that
// stands there before it touches a secret (contract section 5).
func (a *App) Update(ctx context.Context, v Version, override []byte) error {
	a.Tell("upgrade to " + v.Commit[:7])
	a.watched = 0 // over old data it may fail as it doesn't on nothing
	if err := a.place(ctx, v, override); err != nil {
		return err
	}
	return a.writeEnv(v, v.Commit[:8])
}

// SecretInForce is the swarm secret behind one file that a service reads.
type SecretInForce struct{ Name, ID string }

// SecretsInForce gives the secrets that the running services read, by
// "<service>: <file>".
func (a *App) SecretsInForce(ctx context.Context) (map[string]SecretInForce, error) {
	services, err := a.Engine.Services(ctx, a.Names.Stack)
	if err != nil {
		return nil, err
	}
	in := map[string]SecretInForce{}
	for _, s := range services {
		if s.Spec.TaskTemplate.ContainerSpec == nil {
			continue
		}
		for _, ref := range s.Spec.TaskTemplate.ContainerSpec.Secrets {
			if ref.File != nil {
				in[strings.TrimPrefix(s.Spec.Name, a.Names.Stack+"_")+": "+ref.File.Name] = SecretInForce{ref.SecretName, ref.SecretID}
			}
		}
	}
	return in, nil
}

// SameSecrets compares what was in force before an upgrade with what is after it. A
// file that only one of the two knows is no change: the secret is new, or not needed
// any more. The error is the recipe's fault and names the first difference (P3).
func SameSecrets(before, after map[string]SecretInForce) error {
	for _, file := range slices.Sorted(maps.Keys(before)) {
		was, is := before[file], after[file]
		if is == (SecretInForce{}) || is == was {
			continue
		}
		how := fmt.Sprintf("%s before, %s after", was.Name, is.Name)
		if was.Name == is.Name {
			how = was.Name + " was made anew"
		}
		return result.Fault(fmt.Errorf("secret regenerated at upgrade: service %s: %s; what operators' data is sealed with must stay in force", file, how))
	}
	return nil
}
