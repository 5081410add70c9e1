package bench

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/moby/sys/atomicwriter"
)

// head is the page's text above the tables.
const head = `# Benchmarks

Written by ` + "`make bench`" + ` ([how](how-to/benchmark.md)). Each table says when and on what it was measured: medians of its rounds, with the
smallest and the largest; ratios are of the same round.
`

// Page is docs/benchmarks.md: the head and a section a table, in the order of the tables.
type Page struct{ sections map[string]string } // by the table's name

// mark begins a table's section; Markdown does not show it.
func mark(name string) string { return "<!-- table: " + name + " -->\n" }

// byHand begins what somebody wrote below a table: it stays when the table is measured anew.
const byHand = "<!-- by hand -->\n"

// LoadPage reads the page; there may be none yet. A section of a table that is no more is dropped.
func LoadPage(path string) (*Page, error) {
	p := &Page{map[string]string{}}
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for _, part := range strings.Split(string(text), "<!-- table: ")[1:] {
		name, section, ok := strings.Cut(part, " -->\n")
		if !ok {
			return nil, fmt.Errorf("%s: expected `<!-- table: NAME -->` before each section, found %.40q", path, part)
		}
		p.sections[name] = section
	}
	return p, nil
}

// Put replaces the section of one table, but for what was written by hand.
func (p *Page) Put(t *Table) error {
	var b bytes.Buffer
	if err := t.Markdown(&b); err != nil {
		return err
	}
	section := strings.TrimSpace(b.String())
	if _, words, ok := strings.Cut(p.sections[t.Name], byHand); ok {
		section += "\n\n" + byHand + words
	}
	p.sections[t.Name] = section
	return nil
}

// Write writes the page as a whole or not at all.
func (p *Page) Write(path string) error {
	var b bytes.Buffer
	io.WriteString(&b, head)
	for _, t := range tables {
		if s := p.sections[t.name]; s != "" {
			fmt.Fprintf(&b, "\n%s%s\n", mark(t.name), strings.TrimSpace(s))
		}
	}
	return atomicwriter.WriteFile(path, b.Bytes(), 0o644)
}
