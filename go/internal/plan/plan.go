// Package plan holds the one border between Nix and Go: the JSON plan of one
// recipe's test. Nix decides what will be done and renders it; Go decodes it
// here, refuses what it doesn't know, and does it.
//
// Contract: Decode accepts exactly what lib/expand.nix renders. Unknown fields,
// a step with two keys or a verify list without an expectation are errors that
// name the place (`state.verify[0].http.expect`). A plan holds no secret and no
// fact about the machine: those are the sidecar's and the site's.
package plan

// Schema is the version of the plan's JSON that this program runs.
const Schema = 1

// Plan is everything cc-ci needs to know about one recipe in order to test it.
type Plan struct {
	Schema      int    `json:"schema"`
	Recipe      string `json:"recipe"`      // name of the folder under recipes/ and of the recipe's repository
	Description string `json:"description"` // one line for people
	Category    string `json:"category"`    // stateless, single-database, ...
	Source      string `json:"source"`      // git URL of the recipe

	Env     map[string]string       `json:"env"`     // added to the app's env file, as templates
	Compose []string                `json:"compose"` // compose files inside the recipe; empty: the env sample's own list
	Hosts   []string                `json:"hosts"`   // further hosts of the app, as templates of ${domain}
	TLS     string                  `json:"tls"`     // who ends TLS: "router", or "app" by passthrough with a certificate of its own
	Secrets map[string]InsertSecret `json:"secrets"` // secrets that `abra app secret generate` does not make
	Needs   []Need                  `json:"needs"`   // in order of name

	Ready   Ready            `json:"ready"`
	Smoke   *NoConsoleErrors `json:"smoke,omitempty"` // of the front page after an install
	Setup   []Step           `json:"setup"`           // once after each deployment on nothing, when the app is ready
	State   State            `json:"state"`
	Flows   []Flow           `json:"flows"` // in order of name
	Upgrade Upgrade          `json:"upgrade"`
	Backup  Backup           `json:"backup"`
	Local   Local            `json:"local"`
	Limits  Limits           `json:"limits"`

	Exceptions []Exception `json:"exceptions"` // from the policy (P5), each with its reason
}

// InsertSecret says how the driver makes a secret that must be inserted by hand.
type InsertSecret struct {
	Kind   string `json:"kind"`            // "hex", "alphanumeric", "base64" or "rsa-key"
	Length int    `json:"length"`          // characters (hex, alphanumeric), bytes (base64) or bits (rsa-key)
	Value  string `json:"value,omitempty"` // instead: a template of one dependency's value, ${idp.client_secret}
}

// Need is an app without which the one under test can't be tested: it is deployed before it and
// lives as long as the run. Templates of Env and Setup know the app under test by the names of
// Builtins, and the dependency by NeedFacts.
type Need struct {
	Name  string            `json:"name"`  // as templates call it: ${idp.domain}
	Plan  *Plan             `json:"plan"`  // of its recipe; it has no Needs
	Env   map[string]string `json:"env"`   // added to its env file, as templates
	Setup []Step            `json:"setup"` // done to it once it is ready; what it saves is known as ${idp.<saved>}
}

// Ready says how the app shows that it serves requests.
type Ready struct {
	Path    string   `json:"path"`    // on the app's own host
	Also    []string `json:"also"`    // URLs on any of its hosts, as templates of ${domain}, asked after it
	Status  []int    `json:"status"`  // accepted answers; 404 is never among them (contract section 9)
	Timeout Duration `json:"timeout"` // from the deploy's return to the first accepted answer
}

// State is what a recipe's maintainer says once about its data: how to write it,
// how to see that it is there, and how to change it. Upgrade, backup and restore derive from it.
type State struct {
	Generic bool   `json:"generic"` // nothing declared: markers are derived from the backup labels
	Write   []Step `json:"write"`
	Verify  []Step `json:"verify"`
	Change  []Step `json:"change"`
}

// Flow is a named walk through the app in the browser.
type Flow struct {
	Name  string        `json:"name"`
	Steps []BrowserStep `json:"steps"`
}

// Upgrade names the versions from which an upgrade is tested (S2).
type Upgrade struct {
	From          []string `json:"from"`          // "previous", "previous-minor", "previous-major", "oldest" or versions
	NotApplicable string   `json:"notApplicable"` // the declared reason; empty: it applies
}

// Backup says whether backup and restore apply (S3), and in which situations the restore is tried.
type Backup struct {
	NotApplicable string   `json:"notApplicable"`
	Restore       []string `json:"restore"` // "in-place", "fresh", "volumes-destroyed"
}

// Local says whether the recipe repository's own tests/ apply (S4).
type Local struct {
	NotApplicable string `json:"notApplicable"`
}

// Limits bound the run's waits. Decode refuses a plan without one of them: the defaults are those of lib/schema.nix.
type Limits struct {
	Deploy Duration `json:"deploy"` // from `abra app deploy` to a converged stack
	Step   Duration `json:"step"`   // of one step that names none
	Run    Duration `json:"run"`    // of the whole run, teardown excluded
	Pull   Duration `json:"pull"`   // of all image pulls together
}

// Exception lets one finding of the policy pass.
type Exception struct {
	Rule   string `json:"rule"`            // the policy rule's id
	Place  string `json:"place"`           // where, as the finding prints it: "service app: volumes[0]"
	Found  string `json:"found,omitempty"` // what, as the finding prints it; a refusal passes with it alone
	Reason string `json:"reason"`          // shown in every result
}
