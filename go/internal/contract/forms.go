package contract

// Form is one command line of the driver and how surely it is known.
type Form struct {
	// Args is the command line; "_" stands for an argument, "--flag=" for a flag's value.
	Args string
	Row  string // section of the contract
	Mark string // S, C, O, D, I or R, of the form itself
	// Unsure names what about it is marked R and met by the driver; "" where nothing is.
	Unsure string
	// Fallback is the test that proves what the driver does when abra takes the other
	// way, "<package>.<Test>". Needed where Mark is R or Unsure isn't empty.
	Fallback string
}

// Forms lists every command line that the driver uses; package abra alone builds them.
var Forms = []Form{
	{"--version", "1", "O", "what stands behind the three numbers", "abra.TestVersion"},
	{"server add --local -n", "3.1", "C", "status of a repeated call", "abra.TestServerAddTrustsTheFolder"},
	{"app new _ -n -C --domain= --server=", "3.3", "C", "", ""},
	{"app secret generate _ --all -m -n -C", "3.5", "R", "-C on generate", "abra.TestSecretGenerateWithoutChaos"},
	{"app secret generate _ --all -m -n", "3.5", "O", "keys of the JSON, status when nothing is left", "abra.TestSecretGenerate"},
	{"app secret insert _ _ _ _ -f -n", "3.5", "C", "", ""},
	{"app deploy _ -n -C -D -c", "3.6", "C", "", ""},
	{"app backup create _ -n", "3.9", "O", "where its output tells the snapshot's id", "abra.TestBackupCreate"},
	{"app restore _ -s _ -n", "3.9", "R", "whether it can name a snapshot", "app.TestRestoreWithoutTheFlag"},
	{"app restore _ -n", "3.9", "O", "", ""},
	{"app undeploy _ -n", "3.7", "C", "whether containers are gone when it returns", "contract.TestDriverRemoves"},
}
