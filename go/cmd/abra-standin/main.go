// Command abra-standin has abra's command line and deploys to a real Docker Swarm.
// It is for the demo, the tests and machines without abra; see package standin and
// docs/reference/abra-standin.md. It is not abra and no report calls it so.
package main

import (
	"os"

	"coopcloud.tech/cc-ci/internal/standin"
)

func main() {
	os.Exit(standin.Main(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
