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
	Domain   string `json:"domain"`   // the CI domain; an app's host is <label>.<domain>
	Docker   string `json:"docker"`   // engine address, "unix:///..."
	Network  string `json:"network"`  // the router's overlay network; "proxy" where empty
	MaxTests int    `json:"maxTests"` // runs at a time (S10); 1 where zero
	State    string `json:"state"`    // folder of runs: <state>/runs/<id>
	Locks    string `json:"locks"`    // machine-wide folder of locks; "/run/lock/cc-ci" where empty

	Abra    string  `json:"abra"` // executable; "abra" on PATH where empty
	Router  Router  `json:"router"`
	CA      string  `json:"ca"` // PEM file that verifies the apps' certificate; empty: the system's roots
	Browser Browser `json:"browser"`

	Limits   Limits `json:"limits"`   // what one service of an app may take
	KeepDays int    `json:"keepDays"` // that the folder of a finished run is kept; 30 where zero

	Results Results `json:"results"` // where runs of Drone's builds are published (U6)

	Sources   map[string]string `json:"sources"`   // recipe -> git URL used instead of the plan's
	StandIns  map[string]string `json:"standIns"`  // recipe -> git URL of a tree of its shape, for `--stand-in`: recipes whose applications can't be had on this machine
	Mirror    string            `json:"mirror"`    // URL of the forge's organisation: a build of Drone takes a recipe from <mirror>/<recipe>.git, where the pull request is
	Overrides []Override        `json:"overrides"` // each is shown in the result
}

// Router says how app hosts are reached from this machine.
type Router struct {
	Address string `json:"address"` // host:port that every app host is dialled at; empty: DNS
	Name    string `json:"name"`    // "traefik 3.7.13", "router-standin"; shown in the result
}

// Browser says what drives pages. Empty fields are searched for (PATH, usual places).
type Browser struct {
	Chromium string `json:"chromium"` // executable; chromium-headless-shell preferred
	Driver   string `json:"driver"`   // playwright driver folder (package/, node)
	Node     string `json:"node"`
}

// Limits bound what one service of a recipe under test may take of the machine, where the
// recipe doesn't ask for less itself. Zero: the usual, below.
type Limits struct {
	MemoryMiB int `json:"memoryMiB"`
	Pids      int `json:"pids"` // where the recipe's compose version has such a limit (3.9)
	LogMiB    int `json:"logMiB"`
}

// usual limits: several times what the largest known app's largest service takes.
var usual = Limits{MemoryMiB: 4096, Pids: 4096, LogMiB: 64}

// Results says where the results store is: on this host, or behind an address that
// takes signed uploads (docs/reference/store.md). Both empty: nothing is published.
type Results struct {
	Dir string `json:"dir"`
	URL string `json:"url"`
	Key string `json:"key"` // file with the key that signs uploads
}

// Override is a named change that this machine needs and recipes don't know. It
// reaches abra as one more compose file and is named in the result.
type Override struct {
	Name           string            `json:"name"`
	Reason         string            `json:"reason"`
	Recipes        []string          `json:"recipes,omitempty"`        // only these; empty: all
	EndpointMode   string            `json:"endpointMode,omitempty"`   // "dnsrr" where the kernel has no IPVS
	HealthInterval string            `json:"healthInterval,omitempty"` // "1s": for services that have a health check
	Images         map[string]string `json:"images,omitempty"`         // image as written in compose -> image used
	RouterService  string            `json:"routerService,omitempty"`  // "traefik_app": where no DNS has the apps' hosts, services on its network find the run's there and trust the site's CA
}

// Load reads the site from Path.
// Errors name the file; an unknown field is an error. A file that doesn't exist
// gives fs.ErrNotExist.
func Load(path string) (Site, error) {
	path = Path(path)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Site{}, fmt.Errorf("no site file at %s (set CC_CI_SITE, or pass --site): %w", path, err)
	}
	if err != nil {
		return Site{}, fmt.Errorf("site file %s: expected a JSON file that this user may read: %w", path, err)
	}
	return parse(path, b)
}

// Path is the file that Load reads for path.
func Path(path string) string {
	if path == "" {
		path = os.Getenv("CC_CI_SITE")
	}
	if path == "" {
		path = DefaultPath
	}
	return path
}

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
