// Package live holds the tests that run cc-ci as people do: the built program on a
// real swarm, through a real router, with a real browser. They have the build tag
// "live" and read the machine from $CC_CI_SITE; docs/how-to/machine.md says how to run one.
package live
