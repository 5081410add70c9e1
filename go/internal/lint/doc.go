// Package lint finds, in seconds and without a swarm, what a recipe's maintainers and
// operators should know: from its compose files, its tags, its .env.sample and its
// published version. One table holds the rules (Table); docs/reference/lint.md is made
// from it. Unlike the policy, lint refuses nothing: a finding stops the climb to the last
// level until it is mended, or accepted with a reason in the recipe's file.
//
// The package is pure: Check reads an Input that others made, no file and no process.
package lint
