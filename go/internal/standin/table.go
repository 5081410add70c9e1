package standin

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// table prints rows under headings on standard output.
func (p *program) table(headings []string, rows [][]string) error {
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(headings, "\t"))
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}
