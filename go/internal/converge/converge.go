// Package converge brings the pieces of a CI server to what its server file says: the
// swarm, the router, the backup service, Drone's OAuth2 application (N5).
//
// Contract: each converger inspects first, acts only where something is not as it
// should be, and does nothing where all is. It keeps no note of what it did: what it
// knows it reads from the engine, the forge and the files themselves, so that it heals
// what was removed or changed by hand. It touches what is its own, by name, and
// nothing else. Where it can't succeed it leaves what runs running. One call has a
// time limit, its caller's context has the last word.
package converge

import (
	"fmt"
	"io"
)

// Report is what one call did.
type Report struct {
	changes  int
	out, err io.Writer
}

// NewReport makes a report that writes deeds to out and warnings to err as they come.
func NewReport(out, err io.Writer) *Report { return &Report{out: out, err: err} }

// Changes is the number of deeds.
func (r *Report) Changes() int { return r.changes }

// did tells a deed, after it was done.
func (r *Report) did(format string, args ...any) {
	r.changes++
	fmt.Fprintf(r.out, "did: "+format+"\n", args...)
}

// warn tells what the operator should look at and what did not stop the converger.
func (r *Report) warn(format string, args ...any) {
	fmt.Fprintf(r.err, "warning: "+format+"\n", args...)
}
