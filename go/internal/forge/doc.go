// Package forge holds the tests of the way from a comment to a verdict against real servers: a Gitea, a Drone
// and a runner that checks/forge/up.sh brings up, and the built `cc-ci bridge`. They have the build tag "forge"
// and find the servers' folder in $CC_CI_FORGE; `make test-forge` does it all.
//
// Two projects are used. `recipes/trivial` has a pipeline of one step, which is this test program itself (step_test.go): it claims
// the build's key as a run does, counts, and publishes a result. So hundreds of comments can be tried. `recipes/cc-ci` is this
// very repository with its own .drone.yml, and its runs deploy the demo recipe on the swarm of $CC_CI_SITE.
//
// TestSoak has one project for both: this repository, with light recipes that the test program takes (soak_test.go).
//
// A test gets a bridge of its own (start), which it may kill, and pull requests of its own (world.pull). Between the
// bridge and each server lies a proxy (proxy_test.go) that can lose and delay answers.
package forge
