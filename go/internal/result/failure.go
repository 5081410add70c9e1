package result

import "fmt"

// Failure says that the app, or a page of it, did not do what the recipe's test expects: the recipe's fault.
// What and Expected are in the words of the plan; Seen comes from the app, is masked and cut.
type Failure struct {
	Place    string // "state.verify[0]", "flows.login[2]"
	What     string // "GET /n/abc/download", `click button "Save"`
	Expected string // `body with "# kept"`
	Seen     string // `status 500, body "internal error"`
}

var _ Blamed = (*Failure)(nil)

// Error is the sentence for people.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s: %s: expected %s, got %s", f.Place, f.What, f.Expected, f.Seen)
}

// Outcome is Fail: the recipe's fault.
func (f *Failure) Outcome() Outcome { return Fail }
