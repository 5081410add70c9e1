// Package report says what a run does and did, to people and to machines: printers
// for the events while it runs (Text, JSONLines, StageLogs, Quiet), the last screen
// of a terminal (Summary), and the files of a result (JSON, JUnit, HTML) with their
// reader (Load).
//
// Contract: the writers handed in mask secrets (P4); this package never sees a
// secret's value as such. It cleans what masking can't: escape sequences and control
// characters of child output, which could drive a terminal, and markup, which could
// drive a page. Both come from recipes and pull requests, which are hostile until
// proven otherwise (P5). It decides nothing: outcomes, reasons and the level are in
// the Result that package run made.
//
// Limits: a page embeds at most maxPictures bytes of screenshots and excerptBytes of
// each log; the files beside it have the rest.
package report
