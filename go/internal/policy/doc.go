// Package policy says whether a recipe may be deployed here (P5). A pull request's
// recipe is hostile until this package has nothing against it.
//
// It is pure: facts go in, findings come out, nothing is read or started. One
// table of rules (Table) judges twice. Check judges the compose files before any
// container starts: each file by itself, so that a finding can name it, and all
// of them merged, so that nothing hides in the way they are put together. Created
// judges what the engine then has, with the same rules, so that no difference
// between this loader and the deployer's goes unseen.
//
// Contract: a finding of severity "refuse" that no exception accepts means that
// the recipe is not deployed (Refused). Exceptions come from recipes/<name> on the
// default branch, never from the pull request. docs/reference/policy.md is written
// from the table; a test keeps them equal.
//
// Limits: the rules keep a recipe off the host and off other apps. What an app
// does inside its own containers and networks is not their business.
package policy
