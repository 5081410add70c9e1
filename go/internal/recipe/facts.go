package recipe

import (
	"slices"
	"strings"

	"github.com/docker/cli/cli/compose/types"
)

// Facts is what one checkout asks for under one environment.
type Facts struct {
	Dir            string            // the checkout
	Stack          string            // STACK_NAME of the environment
	ComposeVersion string            // the `version` of the compose files as the loader sees it, "3.8"
	Environment    map[string]string // what compose variables were filled from
	Sample         Sample            // .env.sample
	Exports        map[string]string // of abra.sh

	Files    []File        // active compose files in order, each by itself
	Config   *types.Config // all of them, merged as abra merges; nil where a Problem kept them from loading
	Problems []Problem     // what is wrong with the recipe itself; the policy judges them

	Services []Service // by name
	Volumes  []Volume  // by key
	Secrets  []Secret  // by key
	Configs  []Config  // by key
	Routers  []Router  // by name
	Version  string    // the label coop-cloud.<stack>.version; "" where there is none
	Timeout  string    // the label coop-cloud.<stack>.timeout

	digests map[string]string // of the files of secrets and configs, by absolute path

	doubtful map[string]bool // exports of abra.sh that readers may see differently

	needs   needs  // of the compose files as written
	cost    cost   // of the compose files read so far
	written any    // `version` as the first compose file writes it; nil where it doesn't
	workDir string // what relative paths in compose files start from: the first file's folder
}

// File is one compose file by itself, so that a finding can name it.
type File struct {
	Name   string // relative to the checkout
	Config *types.Config
}

// Problem is a fault of the recipe that was met while reading it.
type Problem struct {
	Rule  string // id of the policy's rule
	Place string // "compose.yml: service app: env_file[0]"
	Text  string // what was found
}

// The rules of problems. The policy's table explains them.
const (
	RuleInvalid   = "compose-invalid"
	RuleTooLarge  = "too-large"
	RuleOutside   = "file-outside"
	RuleSymlink   = "symlink-outside"
	RuleDriverKey = "driver-key"
)

// Service is one service of the merged compose files.
type Service struct {
	Name        string // without the stack
	Image       string // variables filled in
	HealthCheck bool
	Labels      map[string]string // deploy.labels
	Mounts      []Mount
	Networks    []string // keys, sorted
	Secrets     []string // keys
	Configs     []string // keys
	Backup      Backup
}

// Mount is one mount of a service.
type Mount struct {
	Type     string // volume, tmpfs, bind, ...
	Source   string // a volume's key; "" for an anonymous one
	Target   string // path in the container
	ReadOnly bool
}

// Volume is a top-level volume.
type Volume struct {
	Key      string
	Name     string // as the engine knows it
	External bool
}

// Secret is a top-level secret with what the env sample says of it.
type Secret struct {
	Key      string
	Name     string // as the engine knows it: <stack>_<name>_<version>
	External bool
	File     string // absolute; only where it is not external
	Spec     SecretSpec
}

// Config is a top-level config.
type Config struct {
	Key      string
	Name     string
	External bool
	File     string // absolute
	Version  string // the part behind the name, "v3"
	Digest   string // SHA-256 of the file; "" where it is external
	Template string // template_driver
}

// Service finds a service by its name.
func (f *Facts) Service(name string) (Service, bool) {
	i := slices.IndexFunc(f.Services, func(s Service) bool { return s.Name == name })
	if i < 0 {
		return Service{}, false
	}
	return f.Services[i], true
}

// Images gives every image once, sorted.
func (f *Facts) Images() []string {
	var images []string
	for _, s := range f.Services {
		images = append(images, s.Image)
	}
	slices.Sort(images)
	return slices.Compact(images)
}

// Hosts gives every host that a router answers to, sorted.
func (f *Facts) Hosts() []string {
	var hosts []string
	for _, r := range f.Routers {
		hosts = append(hosts, r.Hosts...)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// LongestName gives the characters of the longest "<name>_<version>" of a secret
// or config, for Naming. It doesn't depend on the stack's name: load once under
// any STACK_NAME, make the names, then load again.
func (f *Facts) LongestName() int {
	longest := 0
	for _, s := range f.Secrets {
		longest = max(longest, len(strings.TrimPrefix(s.Name, f.Stack+"_")))
	}
	for _, c := range f.Configs {
		longest = max(longest, len(strings.TrimPrefix(c.Name, f.Stack+"_")))
	}
	return longest
}

// BackedUp tells whether any service has its backup label on (contract section 8).
func (f *Facts) BackedUp() bool {
	return slices.ContainsFunc(f.Services, func(s Service) bool { return s.Backup.Enabled })
}
