// Command cc-ci tests Co-op Cloud recipes for real. See `cc-ci --help`.
package main

import (
	"context"
	"os"
)

func main() {
	ctx, stop := interruptible(context.Background())
	err := rootCmd().ExecuteContext(ctx)
	code := exitCode(os.Stderr, err)
	stop()
	os.Exit(code)
}
