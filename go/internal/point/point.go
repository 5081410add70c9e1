// Package point names the boundaries of a run, so that it can be killed at each of them:
// between any two things that it makes or removes, and while something outside works for it.
//
// Contract: where $CC_CI_STOP_AT holds a point's name, the run sends itself SIGKILL when it
// gets there; nothing is flushed, nothing is torn down, as at a loss of power. Without the
// variable Reached does nothing. All lists every point of the program, because none
// can be made elsewhere: the live test that walks them can't forget a new one.
//
// Limits: a point is a place in the program, not an instant of the engine. Who may set
// the variable may as well kill the process, so it gives nobody power.
package point

import (
	"os"
	"syscall"
)

// Env is the variable that names the point at which the run kills itself.
const Env = "CC_CI_STOP_AT"

// Point is one boundary. Its name is "<stage>/<what was reached>".
type Point struct{ stage, what string }

// Stage is the stage in which the point lies: "prepare", one of package stage's names,
// "between" two deployments, "remove" or "report".
func (p Point) Stage() string { return p.stage }

// String is the name that $CC_CI_STOP_AT takes.
func (p Point) String() string { return p.stage + "/" + p.what }

// All gives every point of the program.
func All() []Point { return append([]Point(nil), all...) }

// Reached kills the process where it was asked to stop at p.
func (p Point) Reached() {
	if os.Getenv(Env) != p.String() {
		return
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {} // the signal is on its way; nothing more must happen here
}

var all []Point

// at makes the points below, and no others.
func at(stage, what string) Point {
	p := Point{stage, what}
	all = append(all, p)
	return p
}
