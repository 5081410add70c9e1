// Package dashboard draws what people want to look at (U2, U3): an overview of every
// recipe, a page of each recipe and of each run, and badges.
//
// Contract: Builder.Build makes overview, recipe pages and badges from a results store and
// puts them in force at once (package generation). It reads a result once: a recipe in
// whose folder nothing changed is not looked at, and a recipe's page carries what was kept
// of its runs (history.json) for the next time. A run's page is drawn from its result when
// it is asked for (Builder.Run): it is never stale, and an update of cc-ci draws no
// thousands of pages that nobody looks at. It shares templates and style sheet with the
// run's own report.html (package report).
//
// Results are hostile: what can't be read is shown as unreadable by name, what can be read
// is shown as inert text. Pages have no script and ask for nothing beyond their own site.
//
// Limits: a recipe's page lists its last maxHistory runs.
package dashboard
