package switches

// Table has one row per unsure behaviour. Names and forms are what CC_CI_STANDIN takes.
var Table = []Switch{
	{"usage-errors", "2, unknown flags; 10 stand-in 1", []Form{
		{"fata", "a wrong flag or argument count gives one FATA line"},
		{"cobra", "it gives cobra's own `Error:` line and the usage text"},
	}},
	{"second-server-add", "3.1, repeat of --local", []Form{
		{"ok", "`server add --local` a second time warns and exits 0"},
		{"fail", "it exits 1"},
	}},
	{"new-existing", "3.3, env file already there", []Form{
		{"fail", "`app new` for an app that exists exits 1"},
		{"ok", "it leaves the file as it is and exits 0"},
	}},
	{"new-domain", "3.3, effect", []Form{
		{"line", "`app new` sets the value of the DOMAIN line"},
		{"example", "it only replaces `<recipe>.example.com` wherever the sample has it"},
	}},
	{"new-writes-type", "3.3, effect", []Form{
		{"yes", "`app new` writes the version into the TYPE line"},
		{"no", "it leaves TYPE as the sample has it"},
	}},
	{"ensure", "3.6, version choice (\"used for every operation\")", []Form{
		{"deploy", "only `app new` and `app deploy` check the clone out"},
		{"every", "`app secret` does as well, at TYPE's version, and refuses a dirty tree; -C prevents it"},
	}},
	{"secret-chaos", "3.5, -C on insert", []Form{
		{"all", "every `app secret` command takes -C"},
		{"insert", "only `app secret insert` takes it"},
	}},
	{"generate-empty", "3.5, nothing left to generate; 10 stand-in 6", []Form{
		{"1", "`app secret generate --all` with nothing to do warns and exits 1"},
		{"0", "it warns and exits 0"},
	}},
	{"generate-json", "3.5, -m on generate", []Form{
		{"name-value", "an array of `{\"name\",\"value\"}`"},
		{"other-keys", "an array of `{\"secret\",\"generated\"}`"},
		{"table", "-m is accepted and the table of values is printed all the same"},
	}},
	{"generate-words", "7, secret generation", []Form{
		{"words", "without length= a passphrase of words joined by `-`"},
		{"random", "without length= 32 random letters and digits"},
	}},
	{"secret-ls-keys", "3.5, secret ls -m", []Form{
		{"headings", "row keys are the headings in lower case (`generated name`, `created on server`)"},
		{"snake", "row keys are joined by underscores"},
	}},
	{"secret-rm-none", "3.5, secret rm", []Form{
		{"ok", "`secret rm --all` with nothing to remove warns and exits 0"},
		{"fail", "it exits 1"},
	}},
	{"stack-cut", "6, stack truncation", []Form{
		{"45", "stack names are cut to 45 characters"},
		{"none", "they are not cut"},
	}},
	{"latest-flag", "3.6, -i or -l", []Form{
		{"deploy-latest", "`app deploy` has -l/--deploy-latest"},
		{"ignore-env-version", "it has -i/--ignore-env-version"},
	}},
	{"env-to", "6, ExposeAllEnv", []Form{
		{"app", "the app's env file is added to the environment of service `app`"},
		{"all", "it is added to every service's"},
	}},
	{"deploy-writes-type", "3.6, after success", []Form{
		{"yes", "`app deploy` writes the version into TYPE"},
		{"no", "it doesn't"},
	}},
	{"undeploy-writes-type", "3.7, effect", []Form{
		{"yes", "`app undeploy` writes the deployed version into TYPE"},
		{"no", "it doesn't"},
	}},
	{"undeploy-waits", "3.7, waiting", []Form{
		{"tasks", "`app undeploy` returns when every task has stopped"},
		{"no", "it returns as soon as the engine took the orders"},
	}},
	{"volume-rm-none", "3.8, volume rm", []Form{
		{"ok", "`app volume rm` with no volume warns and exits 0"},
		{"fail", "it exits 1"},
	}},
	{"volume-rm-retries", "3.8, volume rm", []Form{
		{"yes", "`app volume rm` tries again while the engine says \"in use\""},
		{"no", "it exits 1 at the first refusal"},
	}},
	{"ps-key", "3.10, app ps -m", []Form{
		{"short", "the object's keys are service names (`app`)"},
		{"full", "they carry the stack's prefix"},
	}},
	{"run-tty", "3.10, app run", []Form{
		{"asked", "without -t a terminal is asked for, and exit is 1 when stdin is none"},
		{"lenient", "it works without one"},
	}},
	{"restore-snapshot", "3.9, app restore flags", []Form{
		{"flag", "`app restore` takes -s/--snapshot"},
		{"none", "it takes no -s and restores the newest"},
	}},
}
