// Package recipe reads one recipe: its git repository, its versions, and what its
// compose files ask for.
//
// A recipe is hostile until the policy has spoken (P5). Nothing of a checkout is
// executed here: git runs without hooks, filters, submodules or the user's
// configuration, abra.sh is read as text, and every file is bounded in size
// before it is parsed. Compose files go through the loader that abra uses
// (github.com/docker/cli), with the environment that abra would give it, so that
// what is judged is what is deployed.
//
// Two kinds of trouble are kept apart. An error means that the machine could not
// do the work (git is missing, a disk is full). A Problem in Facts means that the
// recipe itself is at fault; the policy turns it into a finding.
//
// Limits: one checkout per folder, used by one goroutine at a time. Names follow
// the abra contract, section 6; the env file's grammar section 4.1; versions
// section 5.
package recipe
