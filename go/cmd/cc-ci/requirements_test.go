package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	requirement = regexp.MustCompile(`(?m)^- ([ITSNPUO][0-9]+) |^## (B): `)
	proofRow    = regexp.MustCompile(`(?m)^\| ([ITSNPUOB][0-9]*) \|(.*)\|(.*)\|$`)
	proof       = regexp.MustCompile("`([a-z][^`]*)`((?: Test[A-Za-z0-9]+)*)")
)

// Every requirement says what proves it, or which page decides it; a test that is named is in the folder that is named.
func TestRequirementsAreProven(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(repository, "docs/explanation/requirements.md"))
	if err != nil {
		t.Fatal(err)
	}
	proven := map[string]bool{}
	for _, m := range proofRow.FindAllStringSubmatch(string(b), -1) {
		if proven[m[1]] {
			t.Errorf("%s has two rows", m[1])
		}
		proven[m[1]] = true
		if strings.TrimSpace(m[2]+m[3]) == "" {
			t.Errorf("%s: expected a test or a page, found an empty row", m[1])
		}
		for _, p := range proof.FindAllStringSubmatch(m[2], -1) {
			for name := range strings.FieldsSeq(p[2]) {
				if !hasTest(t, p[1], name) {
					t.Errorf("%s: expected %s in %s, found none", m[1], name, p[1])
				}
			}
		}
	}
	for _, m := range requirement.FindAllStringSubmatch(string(b), -1) {
		if number := m[1] + m[2]; !proven[number] {
			t.Errorf("%s: expected a row under \"Where each is proven\", found none", number)
		}
	}
	if len(proven) < 45 {
		t.Errorf("expected a row for each requirement, found %d: is the table still recognised?", len(proven))
	}
}

// hasTest tells whether a folder of the repository has a Go test of that name.
func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repository, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
