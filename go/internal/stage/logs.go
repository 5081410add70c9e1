package stage

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/finding"
	"coopcloud.tech/cc-ci/internal/result"
)

// logLines is how much of each service's log is searched for secrets.
const logLines = 500

// masked is what the masker puts in a secret's place (redact.Label).
var masked = regexp.MustCompile(`\[secret ([^\]]+)\]`)

// lookForSecrets reads the logs of the app: what a service prints there, every server's
// log keeps and everybody with access to it reads. It is a finding, never red: the app works.
func (d Deps) lookForSecrets(ctx context.Context, rec *Record) error {
	services, err := d.App.Engine.Services(ctx, d.App.Names.Stack)
	if err != nil {
		return err
	}
	for _, s := range services {
		lines, err := d.App.Engine.Tail(ctx, s, logLines)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(s.Spec.Name, d.App.Names.Stack+"_")
		if found := printed(d.App.Mask.String, lines); found != "" {
			rec.Findings = append(rec.Findings, result.Finding{ID: "secret-in-log", Severity: finding.Warn, Place: "service " + name,
				Text: fmt.Sprintf("service %s prints into its log: %s; every server that runs it keeps that", name, found)})
		}
	}
	return nil
}

// printed names the secrets that lines hold in any of the forms that the masker knows.
func printed(mask func(string) string, lines []string) string {
	text := strings.Join(lines, "\n")
	clean := mask(text)
	if clean == text {
		return "" // what looks like a mask is the app's own text
	}
	found := masked.FindAllString(clean, -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), ", ")
}
