// Package point names the boundaries of a run, at each of which the tests kill it: between
// any two things that it makes or removes, and while something outside works for it.
//
// Contract: All lists every point of a run, because none can be made elsewhere: the live
// test that walks them can't forget a new one. A point is Reached once its name has come
// true; what that does, package killpoint says.
//
// Limits: a point is a place in the program, not an instant of the engine.
package point

import (
	"slices"

	"coopcloud.tech/cc-ci/internal/killpoint"
)

// Point is one boundary.
type Point struct{ stage, what string }

// Stage is the stage in which the point lies: "prepare", "needs", one of package stage's names,
// "between" two deployments, "remove" or "report".
func (p Point) Stage() string { return p.stage }

// String is the name for package killpoint: "run.<stage>.<what is true then>".
func (p Point) String() string { return "run." + p.stage + "." + p.what }

// Reached says that the run is there.
func (p Point) Reached() { killpoint.At(p.String()) }

// All gives every point of a run.
func All() []Point { return slices.Clone(all) }

var all []Point

// at makes the points of the table, and no others.
func at(stage, what string) Point {
	p := Point{stage, what}
	all = append(all, p)
	return p
}
