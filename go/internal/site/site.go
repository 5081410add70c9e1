// Package site describes the one machine a run happens on: where the swarm and the
// router are, under which domain apps appear, what must be replaced here. It is
// read from a JSON file ($CC_CI_SITE, /etc/cc-ci/site.json) that an operator's NixOS
// module or the test set-up writes. A recipe's plan knows nothing of it.
package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// DefaultPath is read where neither a flag nor $CC_CI_SITE names a file.
const DefaultPath = "/etc/cc-ci/site.json"

// Site is one machine.
type Site struct {
	Domain   string `json:"domain"`   // the CI domain; an app's host is one label below it. Required
	State    string `json:"state"`    // folder in which each run has a folder of its own, below `runs`. Required
	Docker   string `json:"docker"`   // engine's address; `unix:///var/run/docker.sock` where it isn't given
	Network  string `json:"network"`  // the router's overlay network; `proxy` where it isn't given
	MaxTests int    `json:"maxTests"` // runs at a time; 1 where it isn't given
	Locks    string `json:"locks"`    // machine-wide folder of locks; `/run/lock/cc-ci` where it isn't given

	Abra    string  `json:"abra"`    // the executable; `abra` on PATH where it isn't given
	Router  Router  `json:"router"`  // how apps are reached
	CA      string  `json:"ca"`      // PEM file that verifies the apps' certificate; the system's roots where it isn't given
	Browser Browser `json:"browser"` // what drives pages; what isn't given is searched for on PATH and in the usual places

	Limits   Limits `json:"limits"`   // what one service of an app may take
	KeepDays int    `json:"keepDays"` // for how long the folder of a finished run is kept; 30 where it isn't given

	Results Results `json:"results"` // where runs of Drone's builds are published

	Sources   map[string]string `json:"sources"`   // recipe to the git URL that is used instead of its plan's
	StandIns  map[string]string `json:"standIns"`  // recipe to the git URL of a tree of its shape, for `--stand-in`
	Mirror    string            `json:"mirror"`    // URL of the forge's organisation: a build of Drone clones the recipe from `<mirror>/<recipe>.git`, where the pull request is
	Overrides []Override        `json:"overrides"` // what this machine changes in every recipe; each is shown in the result
}

// Router says how app hosts are reached from this machine.
type Router struct {
	Address string `json:"address"` // host:port that every app's host is dialled at; what DNS says where it isn't given
	Name    string `json:"name"`    // such as `traefik 3.7.13`; shown in the result
}

// Browser says what drives pages.
type Browser struct {
	Chromium string `json:"chromium"` // executable; chromium-headless-shell is the quicker one
	Driver   string `json:"driver"`   // folder with playwright-core in `package`; $CC_CI_PLAYWRIGHT_DRIVER where it isn't given
	Node     string `json:"node"`     // executable; the driver folder's where there is one
}

// Limits bound what one service of a recipe under test may take of the machine, where the
// recipe doesn't ask for less itself.
type Limits struct {
	MemoryMiB int `json:"memoryMiB"` // memory; 4096 where it isn't given
	Pids      int `json:"pids"`      // processes, where the recipe's compose version has such a limit (3.9); 4096 where it isn't given
	LogMiB    int `json:"logMiB"`    // log that the engine keeps; 64 where it isn't given
}

// usual limits: several times what the largest known app's largest service takes.
var usual = Limits{MemoryMiB: 4096, Pids: 4096, LogMiB: 64}

// Results says where the results store is: on this host, or behind an address that
// takes signed uploads (docs/reference/store.md). Without it nothing is published.
type Results struct {
	Dir string `json:"dir"` // the store's folder on this host
	URL string `json:"url"` // address that takes uploads, instead of `dir`
	Key string `json:"key"` // file with the key that signs uploads; needed with `url`
}

// Override is a named change that this machine needs and recipes don't know. It
// reaches abra as one more compose file and is named in the result.
type Override struct {
	Name           string            `json:"name"`                     // as results show it
	Reason         string            `json:"reason"`                   // why this machine needs it; shown too
	Recipes        []string          `json:"recipes,omitempty"`        // these alone; all where it isn't given
	EndpointMode   string            `json:"endpointMode,omitempty"`   // `dnsrr` where the kernel has no IPVS
	HealthInterval string            `json:"healthInterval,omitempty"` // such as `1s`, for services that have a health check
	Images         map[string]string `json:"images,omitempty"`         // image as compose files name it to the image that is used
	RouterService  string            `json:"routerService,omitempty"`  // such as `traefik_app`, where no DNS has the apps' hosts: services on its network find the run's there, and trust `ca`
}

// Load reads the site from Path.
// Errors name the file; an unknown field is an error. A file that doesn't exist
// gives fs.ErrNotExist.
func Load(path string) (Site, error) {
	path = Path(path)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Site{}, fmt.Errorf("no site file at %s (set CC_CI_SITE, or pass --site; docs/reference/site.md tells what it holds): %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return Site{}, fmt.Errorf("site file %s: expected a JSON file that this user may read: %w", path, err)
	}
	return parse(path, b)
}

// Path is the file that Load reads for path: it, else $CC_CI_SITE, else DefaultPath.
func Path(path string) string { return cmp.Or(path, os.Getenv("CC_CI_SITE"), DefaultPath) }

func parse(path string, b []byte) (Site, error) {
	s := Site{Network: "proxy", MaxTests: 1, Locks: "/run/lock/cc-ci", Abra: "abra", Docker: "unix:///var/run/docker.sock"}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Site{}, fmt.Errorf("%s: %w", path, err)
	}
	s.Limits = Limits{cmp.Or(s.Limits.MemoryMiB, usual.MemoryMiB), cmp.Or(s.Limits.Pids, usual.Pids), cmp.Or(s.Limits.LogMiB, usual.LogMiB)}
	s.KeepDays = cmp.Or(s.KeepDays, 30)
	for name, n := range map[string]int{"limits.memoryMiB": s.Limits.MemoryMiB, "limits.pids": s.Limits.Pids, "limits.logMiB": s.Limits.LogMiB, "keepDays": s.KeepDays} {
		if n < 0 {
			return Site{}, fmt.Errorf("%s: %s: expected a number above zero, found %d", path, name, n)
		}
	}
	for name, v := range map[string]string{"domain": s.Domain, "state": s.State} {
		if v == "" {
			return Site{}, fmt.Errorf("%s: %s: expected a value, found none", path, name)
		}
	}
	if r := s.Results; r.Dir != "" && r.URL != "" || (r.URL == "") != (r.Key == "") {
		return Site{}, fmt.Errorf("%s: results: expected dir, or url and key, found dir %q, url %q, key %q", path, r.Dir, r.URL, r.Key)
	}
	return s, nil
}
