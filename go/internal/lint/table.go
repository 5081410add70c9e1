package lint

import "coopcloud.tech/cc-ci/internal/finding"

// noBackupLabels has a name since a recipe file can declare that nothing is to be saved.
var noBackupLabels = finding.Rule{
	ID: "no-backup-labels", Severity: finding.Warn,
	What: "volumes, but no service with the label `backupbot.backup=true`",
	Why:  "nothing of the app is ever saved",
	Mend: "add backup labels, or declare backup.notApplicable with the reason",
}

// unusedException is shared with the policy's table, where it is explained.
var unusedException = finding.Rule{ID: "unused-exception", Severity: finding.Warn, Mend: "take the exception away"}

// table holds every rule, in the order of the reference page.
var table = []rule{
	{finding.Rule{
		ID: "lightweight-tag", Severity: finding.Warn,
		What: "a version tag without a message of its own",
		Why:  "abra takes annotated tags alone for published versions (its lint rule R014), so nobody can deploy this one",
		Mend: "publish versions with `git tag -a`",
	}, lightweightTag},
	{finding.Rule{
		ID: "version-label", Severity: finding.Warn,
		What: "a label `coop-cloud.${STACK_NAME}.version` that is missing, has no version's form, differs from the commit's tag, or is older than the newest tag",
		Why:  "abra tells operators the wrong version, and can't offer the right upgrades",
		Mend: "write the version of the release to come, X.Y.Z+UPSTREAM",
	}, versionLabel},
	{finding.Rule{
		ID: "config-unversioned", Severity: finding.Warn,
		What: "a config whose file changed since the published version, under the same name",
		Why:  "the engine can't change a config: the upgrade of every existing app fails",
		Mend: "raise its version in abra.sh",
	}, configUnversioned},
	{finding.Rule{
		ID: "variable-unset", Severity: finding.Warn,
		What: "a variable that a compose file uses without a default, and that `.env.sample` has no line for",
		Why:  "it is empty in every app",
		Mend: "give it a default (`${NAME:-value}`) or a line in .env.sample",
	}, variableUnset},
	{finding.Rule{
		ID: "name-too-long", Severity: finding.Warn,
		What: "a secret's or config's name with its version that leaves under 32 of the engine's 64 characters to the stack's name",
		Why:  "an app with an ordinary domain can't be deployed",
		Mend: "shorten the name",
	}, nameTooLong},
	{finding.Rule{
		ID: "image-unpinned", Severity: finding.Warn,
		What: "an image without a tag, or with one that names no version (`latest`, `stable`)",
		Why:  "what is deployed changes without a commit; no test speaks of what operators get",
		Mend: "name a version",
	}, imageUnpinned},
	{finding.Rule{
		ID: "image-moving", Severity: finding.Info,
		What: "an image tag of one or two numbers (`16`, `0.4`)",
		Why:  "such tags usually move to newer builds; some of them break",
		Mend: "where the image has them, name all three numbers",
	}, imageMoving},
	{finding.Rule{
		ID: "no-health-check", Severity: finding.Warn,
		What: "a service that the router leads to and that has no health check",
		Why:  "an upgrade counts as done, and visitors arrive, before the app answers; a failed one is not rolled back",
		Mend: "add `healthcheck` to the service",
	}, noHealthCheck},
	{finding.Rule{
		ID: "service-off", Severity: finding.Warn,
		What: "a service with `replicas: 0`",
		Why:  "it is not started, so no test says anything about it",
		Mend: "put it into a compose file of its own, which is tested where it is active",
	}, serviceOff},
	{finding.Rule{
		ID: "bare-service-name", Severity: finding.Warn,
		What: "a service on the router's network that reaches another service of the recipe by its bare name",
		Why:  "every app on that network has services called `app` and `db`: the name leads to any of them",
		Mend: "write ${STACK_NAME}_<service>, or take the service off the router's network",
	}, bareServiceName},
	{noBackupLabels, withoutBackupLabels},
	{finding.Rule{
		ID: "backup-labels-mixed", Severity: finding.Warn,
		What: "backup labels of v1 and of v2 on one service",
		Why:  "each backup bot reads one style and loses what the other says",
		Mend: "write the labels of one style",
	}, mixedBackupLabels},
	{finding.Rule{
		ID: "volume-left-out", Severity: finding.Warn,
		What: "a volume that no service with backup labels mounts",
		Why:  "it is not saved, and no label says that this is meant",
		Mend: "label its service, or exclude the volume by `backupbot.backup.volumes.<name>=false`",
	}, volumeLeftOut},
	{finding.Rule{
		ID: "volume-excluded", Severity: finding.Info,
		What: "a volume that a label leaves out of the backup",
		Why:  "its content is gone after a restore",
		Mend: "that may well be meant",
	}, volumeExcluded},
	{finding.Rule{
		ID: "backup-labels-new", Severity: finding.Info,
		What: "backup labels that the published version does not have yet",
		Why:  "who upgrades has no backup to go back to",
		Mend: "tell operators in release/next to save their data by hand before this upgrade",
	}, newBackupLabels},
	{finding.Rule{
		ID: "slower-than-timeout", Severity: finding.Warn,
		What: "a label `coop-cloud.${STACK_NAME}.timeout` that is shorter than a service's first health check takes",
		Why:  "`abra app deploy` gives up, and says that the deploy failed, before any app can be healthy",
		Mend: "raise the timeout, or check sooner (`healthcheck.interval`)",
	}, slowerThanTimeout},
	{operatorRule("new-variable", "a new variable without a default", "existing apps have no value for it"), newVariable},
	{operatorRule("new-secret", "a new secret whose version variable has no default", "`abra app secret generate` can't make it before a line is added"), newSecret},
	{operatorRule("secret-by-hand", "a new secret that is marked `generate=false`", "the upgrade fails until somebody inserts it"), secretByHand},
	{operatorRule("compose-files", "another COMPOSE_FILE in `.env.sample`", "existing apps keep the old list"), composeFiles},
}

func operatorRule(id, what, why string) finding.Rule {
	return finding.Rule{ID: id, Severity: finding.Act, What: what + ", in an upgrade from a published version", Why: why, Mend: "tell operators in release/next"}
}
