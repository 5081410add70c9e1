package stage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/step"
)

// dialect is how a table is written and read in one kind of database, by the client
// program of its own image. The statement comes on standard input; who may log in, the
// image's usual variables and secret files say.
type dialect struct {
	images  []string // last parts of the image's name
	command string   // for sh
}

var dialects = []dialect{
	{[]string{"postgres", "postgresql", "postgis", "pgvector", "pgautoupgrade"},
		`u=${POSTGRES_USER:-postgres}; exec psql -v ON_ERROR_STOP=1 -qAt -U "$u" -d "${POSTGRES_DB:-$u}"`},
	{[]string{"mariadb", "mysql"},
		`f=${MARIADB_ROOT_PASSWORD_FILE:-$MYSQL_ROOT_PASSWORD_FILE}
MYSQL_PWD=${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}; [ -z "$f" ] || MYSQL_PWD=$(cat "$f"); export MYSQL_PWD
c=mysql; ! command -v mariadb >/dev/null || c=mariadb
exec "$c" -N -u root "${MARIADB_DATABASE:-${MYSQL_DATABASE:-mysql}}"`},
}

// dialectOf recognises a database by its image; nil where it is none that is known.
func dialectOf(image string) *dialect {
	name := image[strings.LastIndex(image, "/")+1:]
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ":")
	for i, d := range dialects {
		if slices.Contains(d.images, name) {
			return &dialects[i]
		}
	}
	return nil
}

const table = "cc_ci_marker"

func (d Deps) putRow(ctx context.Context, service, value string) error {
	_, err := d.sql(ctx, service, fmt.Sprintf("DROP TABLE IF EXISTS %[1]s;\nCREATE TABLE %[1]s (value varchar(200));\nINSERT INTO %[1]s VALUES ('%[2]s');\n", table, value))
	return err
}

func (d Deps) row(ctx context.Context, service string) (string, error) {
	return d.sql(ctx, service, "SELECT value FROM "+table+";\n")
}

// sql runs statements in the database of a service. What it refuses is the recipe's
// fault: the same login and table worked, or must work, before.
func (d Deps) sql(ctx context.Context, service, statements string) (string, error) {
	s, ok := d.Version.Facts.Service(service)
	kind := dialectOf(s.Image)
	if !ok || kind == nil {
		return "", result.Fault(fmt.Errorf("%s has no database service %s any more", d.Version.Commit[:8], service))
	}
	out, err := d.App.Exec(ctx, service, step.ExecRequest{Command: []string{"sh", "-c", kind.command}, Stdin: statements})
	if err != nil {
		return "", err
	}
	if out.Exit != 0 {
		return "", result.Fault(fmt.Errorf("database of service %s: exit %d: %s", service, out.Exit, d.shown(strings.TrimSpace(out.Stderr), 300)))
	}
	return strings.TrimSpace(out.Stdout), nil
}
