// Package killpoint names the places at which a process is killed by the tests that
// prove that a kill does no harm (T5, S8, S9).
//
// Contract: with CC_CI_STOP_AT=<name> in the environment, the first time the named place
// is reached the process sends SIGKILL to itself: nothing deferred runs, nothing is
// flushed, as when the power goes. Without it At costs one comparison. Names are
// "<program>.<what was just done>": "bridge.claimed" lies after the claim.
package killpoint

import (
	"os"
	"syscall"
)

// Variable is the environment variable that arms one place.
const Variable = "CC_CI_STOP_AT"

var armed = os.Getenv(Variable)

// At ends the process if name is the armed place.
func At(name string) {
	if armed != "" && name == armed {
		syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // there is nobody left to tell
		select {}                                  // the signal may need a moment; nothing more may happen
	}
}
