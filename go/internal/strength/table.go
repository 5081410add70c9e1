package strength

import "coopcloud.tech/cc-ci/internal/result"

// demoOnly is the recipe whose app takes part in the mutations that need it.
const demoOnly = "demo"

// Table is every mutation, in the order of a run's stages.
func Table() []Mutation {
	var all []Mutation
	for _, part := range [][]Mutation{deployRows, backupRows, localRows, upgradeRows, removeRows} {
		all = append(all, part...)
	}
	return all
}

var (
	install = []string{"install"}
	backup  = []string{"backup"}
	local   = []string{"local"}
	upgrade = []string{"upgrade"}
	passed  = []result.Outcome{result.Pass}
)

var deployRows = []Mutation{
	{"image-missing", "the image doesn't exist", install,
		Want{Stage: "prepare", Outcome: []result.Outcome{result.Fail, result.Error}, Says: []string{"no-such-image"}}, imageMissing},
	{"never-healthy", "the health check never succeeds", install, Want{Stage: "install", Says: []string{"did not converge", "unhealthy"}}, neverHealthy},
	{"cannot-start", "the container's program isn't there", install, Want{Stage: "install", Says: []string{"did not converge", "no-such-program"}}, cannotStart},
	{"crash-loop", "a service crashes again and again after the start", install,
		Want{Stage: "install", Says: []string{"service " + extra + ` failed \d+ times after it was ready`}}, crashLoop},
	{"wrong-route", "the router is told a port on which nobody listens", install, Want{Stage: "install", Says: []string{"ready|GET ", "50[234]|EOF|handshake|connection"}}, wrongRoute},
	{"console-error", "a page that answers 200 shows an error in the browser", install, Want{Stage: "install", Says: []string{"(?i)console"}}, consoleError},
	{"slow-health", "the health check takes longer than the label timeout gives", install,
		Want{Stage: "install", Outcome: passed, Finding: "slower-than-timeout"}, slowHealth},
	{"secret-in-log", "a service prints a secret: split, in base64, JSON-escaped", install,
		Want{Stage: "install", Outcome: passed, Finding: "secret-in-log", Says: []string{`service ` + extra + ` .*\[secret `}}, secretInLog},
}

var backupRows = []Mutation{
	{"backup-label-missing", "nothing has the label by which backups are made", backup,
		Want{Stage: "backup", Outcome: []result.Outcome{result.NotRun}, Says: []string{"nothing is ever saved|no volumes and no backup labels"}}, backupLabelMissing},
	{"volume-left-out", "a volume that no label saves", backup, Want{Stage: "backup", Outcome: passed, Finding: "volume-left-out"}, volumeLeftOut},
	{"labels-mixed", "backup labels of v1 and v2 on one service", backup,
		Want{Stage: "backup", Outcome: []result.Outcome{result.Pass, result.Fail}, Finding: "backup-labels-mixed"}, labelsMixed},
	{"hook-fails", "the hook before a backup fails", backup, Want{Stage: "backup", Says: []string{`backup\.pre-hook`}}, hookFails},
	{"restore-hook-fails", "the hook after a restore fails", backup, Want{Stage: "backup", Says: []string{`restore\.post-hook`}}, restoreHookFails},
	{"empty-dump", "the hook leaves an empty dump", backup, Want{Stage: "backup", Says: []string{"empty dump: .* has 0 bytes"}}, emptyDump},
	{"truncated-dump", "the hook leaves half a dump", backup, Want{Stage: "backup", Says: []string{"truncated dump: "}}, truncatedDump},
	{"path-missing", "a label names a path that isn't there", backup, Want{Stage: "backup", Says: []string{"the labels name it, but it isn't there|left out"}}, pathMissing},
	{"restore-no-op", "the restore reports success and does nothing", backup, Want{Stage: "backup", Says: []string{"reported success and changed nothing"}}, restoreNoOp},
	{"restore-hooks-alone", "the restore runs its hooks and brings no file back", backup,
		Want{Stage: "backup", Says: []string{"reported success and changed nothing|did not bring everything back"}}, restoreHooksAlone},
	{"restore-half", "half of the state is not in the backup", backup, Want{Stage: "backup", Says: []string{"did not bring everything back"}}, restoreHalf},
	{"assertion-deleted", "state.verify has lost an assertion", backup,
		Want{Stage: "backup", Outcome: passed, Finding: "change-unseen", Says: []string{`state\.change\[\d+\] changes nothing that state\.verify sees`}}, assertionDeleted},
}

var localRows = []Mutation{
	{"local-fails", "a test of the repository fails", local, Want{Stage: "local", Says: []string{`exit 3: the door is locked`}}, localTest("#!/bin/sh\necho 'the door is locked'\nexit 3\n")},
	{"local-hangs", "a test of the repository never ends", local, Want{Stage: "local", Says: []string{"no end within"}}, localTest("#!/bin/sh\nsetsid sleep 98762 &\nsleep 98762\n")},
	{"local-forks", "a test of the repository forks without end", local, Want{Stage: "local", Says: []string{"more than 256 processes"}}, localTest("#!/bin/sh\nf() { f & f; }\nf\n")},
	{"local-environment", "a test of the repository looks for secrets in its environment", local,
		Want{Stage: "local", Says: []string{"exit 4: no secret in the environment"}}, localTest(looksAround)},
}

var upgradeRows = []Mutation{
	{"data-lost", "the new version mounts empty volumes", upgrade, Want{Stage: "upgrade", Says: []string{`upgrade \S+ -> `, `state\.verify\[`}}, dataLost},
	{"secret-regenerated", "the new version reads a secret made anew", upgrade, Want{Stage: "upgrade", Says: []string{"secret regenerated at upgrade: service "}}, secretRegenerated},
	{"new-secret", "the new version needs a secret that must be inserted by hand", upgrade,
		Want{Stage: "upgrade", Says: []string{"operators? must act: .*cc_ci_new", "new secret cc_ci_new has to be inserted by hand"}}, newSecret},
	{"new-variable", "the new version needs a variable that has no default", upgrade,
		Want{Stage: "upgrade", Says: []string{"new variable CC_CI_NEW has no default", "required variable CC_CI_NEW"}}, newVariable},
	{"migration", "the new version migrates only what the version between has left", upgrade,
		Want{Stage: "upgrade", Says: []string{"start version 2 once before"}}, migration},
	{"upgrade-crash", "the new version doesn't start over the old one", upgrade, Want{Stage: "upgrade", Says: []string{"did not converge"}}, upgradeCrash},
}

var removeRows = []Mutation{
	{"leftover-volume", "a volume is left after the undeploy", install,
		Want{Stage: "remove", Outcome: []result.Outcome{result.Error, result.Fail}, Says: []string{"objects of \\S+ are left", "volume"}}, leftoverVolume},
}

// looksAround ends well where it finds what it must not find.
const looksAround = `#!/bin/sh
if env | grep -iE 'secret|token|password|_key|DOCKER|ABRA'; then exit 0; fi
if cat /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | grep -iE 'secret|token|password|_key=|DOCKER|ABRA'; then exit 0; fi
echo 'no secret in the environment'
exit 4
`
