// Package switches is the table of abra's behaviours that nobody has confirmed: rows
// that the abra contract marks R (recalled) and that the driver meets. The stand-in
// can take either form of each, so the driver is proven against both.
//
// Contract: Parse reads CC_CI_STANDIN, "name=form,name=form"; an unknown name or form
// is an error, never ignored. The first form of a row is the one taken by default.
// The reference page is generated from Table.
package switches

import (
	"fmt"
	"slices"
	"strings"
)

// Env is the variable that chooses forms.
const Env = "CC_CI_STANDIN"

// Form is one way in which abra may behave.
type Form struct {
	Name    string
	Meaning string
}

// Switch is one unsure behaviour with all its forms, the default first.
type Switch struct {
	Name  string
	Row   string // the place in the abra contract
	Forms []Form
}

// Set maps a switch's name to the form in force. Parse fills in every name.
type Set map[string]string

// Is says whether the named switch has the form. It panics on a name or form that
// Table doesn't have: a misspelt switch would be a check that can't fail.
func (s Set) Is(name, form string) bool {
	sw, ok := find(name)
	if !ok || !sw.has(form) {
		panic(fmt.Sprintf("switches: no %s=%s in the table", name, form))
	}
	return s[name] == form
}

// Parse reads the value of CC_CI_STANDIN. Entries are separated by commas; spaces
// around them don't matter; the last of two entries for one name wins.
func Parse(text string) (Set, error) {
	set := Set{}
	for _, sw := range Table {
		set[sw.Name] = sw.Forms[0].Name
	}
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		name, form, _ := strings.Cut(entry, "=")
		sw, ok := find(name)
		if !ok {
			return nil, fmt.Errorf("%s: unknown switch %q; known: %s", Env, name, strings.Join(names(), ", "))
		}
		if !sw.has(form) {
			return nil, fmt.Errorf("%s: %s: expected one of %s, found %q", Env, name, strings.Join(sw.formNames(), ", "), form)
		}
		set[name] = form
	}
	return set, nil
}

// Other gives the value of CC_CI_STANDIN that turns every switch to its second form
// and leaves out the given names: the live tests run under it as well.
func Other(except ...string) string {
	var out []string
	for _, sw := range Table {
		if !slices.Contains(except, sw.Name) {
			out = append(out, sw.Name+"="+sw.Forms[1].Name)
		}
	}
	return strings.Join(out, ",")
}

func find(name string) (Switch, bool) {
	for _, sw := range Table {
		if sw.Name == name {
			return sw, true
		}
	}
	return Switch{}, false
}

func (s Switch) has(form string) bool {
	return slices.Contains(s.formNames(), form)
}

func (s Switch) formNames() []string {
	var out []string
	for _, f := range s.Forms {
		out = append(out, f.Name)
	}
	return out
}

func names() []string {
	var out []string
	for _, sw := range Table {
		out = append(out, sw.Name)
	}
	slices.Sort(out)
	return out
}
