package abra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// SecretGenerate lets abra make all secrets that don't exist yet and gives the values
// by name. Exit 1 is no error by itself: some versions end so when nothing is left to
// make (contract section 3.5, marked R). Values that its output doesn't tell, because
// the keys of its JSON differ or it is a table, are missing in the map: the caller
// compares with the engine and falls back to SecretInsert. -C keeps abra from moving
// the clone to the version in TYPE first (section 5), which on an upgrade has not the
// new version's secrets; an abra that doesn't know it there is asked without.
func (c CLI) SecretGenerate(ctx context.Context, domain string) (map[string]string, error) {
	out, err := c.quiet(ctx, short, "app", "secret", "generate", domain, "--all", "-m", "-n", "-C")
	var exit *Error
	if errors.As(err, &exit) && strings.Contains(exit.Stderr, "unknown shorthand flag") {
		out, err = c.quiet(ctx, short, "app", "secret", "generate", domain, "--all", "-m", "-n")
	}
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	return parseGenerated(out), nil
}

// parseGenerated reads [{"name":…,"value":…}], with keys in any case.
func parseGenerated(out string) map[string]string {
	values := map[string]string{}
	var rows []map[string]string
	if i := strings.IndexByte(out, '['); i < 0 || json.Unmarshal([]byte(out[i:]), &rows) != nil {
		return values
	}
	for _, row := range rows {
		var name, value string
		for k, v := range row {
			switch strings.ToLower(k) {
			case "name":
				name = v
			case "value":
				value = v
			}
		}
		if name != "" && value != "" {
			values[name] = value
		}
	}
	return values
}

// SecretInsert puts a value into the swarm under <stack>_<name>_<version>. The value
// goes by a file of mode 0600 in the run's folder, never by an argument.
func (c CLI) SecretInsert(ctx context.Context, domain, name, version, value string) error {
	f, err := os.CreateTemp(c.Dir, ".secret-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(value); err != nil {
		f.Close()
		return fmt.Errorf("secret %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("secret %s: %w", name, err)
	}
	path, err := filepath.Abs(f.Name())
	if err != nil {
		return err
	}
	_, err = c.run(ctx, short, "app", "secret", "insert", domain, name, version, path, "-f", "-n")
	return err
}
