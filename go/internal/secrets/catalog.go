// Package secrets keeps a server's secrets in its repository, age-encrypted, and makes,
// rotates, re-keys and checks them (P1).
//
// A folder holds one file NAME.age per secret, recipients.txt with the public keys that
// can read them all, in the form of `age -R`, and secrets.nix, by which the agenix program
// finds the same keys. catalog.json says which secrets there are; the modules read it too.
//
// Contract: a value comes from a file, from standard input or from the system's random source,
// never from an argument; it is never printed, and no error holds one. Files are replaced
// whole. Nothing but encryption is needed to make or rotate a secret: only what has to read
// old values asks for an identity, and the recovery identity is never kept here.
package secrets

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed catalog.json
var catalogText []byte

// Secret is a row of the catalog.
type Secret struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`             // internal: made here; operator: given by the operator
	Required    bool     `json:"required"`         // a server can't do without
	Length      int      `json:"length,omitempty"` // of an internal one, in hex digits
	Fixed       bool     `json:"fixed,omitempty"`  // not among those that `rotate --all` changes
	Runner      string   `json:"runner,omitempty"` // on a further runner host: "own", "shared" (the server's value); else not there
	Description string   `json:"description"`
	Restart     []string `json:"restart"` // units that read it
	Also        string   `json:"also"`    // what else has to be done when it changes
}

// Internal tells whether the value is made here.
func (s Secret) Internal() bool { return s.Kind == "internal" }

// Catalog gives every secret of a server, in the order of the file.
func Catalog() []Secret {
	var all []Secret
	if err := json.Unmarshal(catalogText, &all); err != nil {
		panic(err) // a test reads it
	}
	return all
}

// runner gives what a further runner host has: what it shares with the server is given there as an operator's.
func runner() (list []Secret) {
	for _, s := range Catalog() {
		if s.Runner == "shared" {
			s.Kind, s.Description = "operator", s.Description+" The server's value: `age -d` its file to standard input."
		}
		if s.Runner != "" {
			list = append(list, s)
		}
	}
	return list
}

// Lookup gives the secret of this name, or an error that lists the names.
func Lookup(name string) (Secret, error) {
	all := Catalog()
	if i := slices.IndexFunc(all, func(s Secret) bool { return s.Name == name }); i >= 0 {
		return all[i], nil
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return Secret{}, fmt.Errorf("no secret %q; expected one of %s", name, strings.Join(names, ", "))
}
