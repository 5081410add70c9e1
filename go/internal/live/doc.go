// Package live holds the tests that run cc-ci as people do: the built program on a
// real swarm, through a real router, with a real browser. They have the build tag
// "live" and read the machine from $CC_CI_SITE; docs/how-to/machine.md says how to run one.
//
// To add a test, or a row of a table, write
//
//	t.Parallel()                         // on the test and on each t.Run: a few run at a time
//	m := on(t, variant(t, edit{...}))    // a machine whose demo is edited; newMachine(t) for the demo as it is
//	e := m.run("run", "--plan", demo, "--stage", "install").want(t, 1)
//
// and judge e. Choose the fewest stages that show the point: a row of one stage takes
// ten seconds, the whole matrix forty. A limit that is to be reached may be short; one
// that is not must hold while the machine is busy with other rows.
//
// How a recipe goes wrong once it runs is a row of the table in package strength, not a test
// here: TestMutations walks that table.
//
// A test without t.Parallel has the engine to itself, since Go runs all of those first, one
// by one. Whatever kills a run, looks for what no run at all has left, or touches the
// engine must be one of them, and says so by alone(t) in newMachine's place.
//
// That nothing is left is shown five times over: by each run itself (a run that leaves
// something is not green); for each machine, when its test ends, by leftOf: no object,
// process or control group bears its names; after each test that is alone, by the
// comparison of the whole engine, the network interfaces and the firewall with what was
// there before; by the next runs, since a run that had to reap a dead one fails its test; and at the end of
// the package by that comparison once more, over everything, with the backup repository's snapshots (TestMain).
//
// Each machine, when its test ends, also searches all that its runs left and printed for the secrets that
// abra made for them, in every form and in what is packed or embedded (noSecrets).
package live
