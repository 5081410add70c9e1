#!/bin/bash
# pg_backup.sh backup | restore: what the backup labels call in the database's container.
set -euo pipefail

dump=/var/lib/postgresql/data/backup.sql
export PGUSER=$POSTGRES_USER

case $1 in
  backup)
    pg_dump --file "$dump.new" "$POSTGRES_DB"
    mv "$dump.new" "$dump"
    ;;
  restore)
    # Beside the live database, so that a bad dump costs nothing, and the app misses it for a moment only.
    dropdb --if-exists --force --maintenance-db postgres restored
    createdb --maintenance-db postgres restored
    psql --quiet --set ON_ERROR_STOP=1 --single-transaction --dbname restored --file "$dump" >/dev/null
    dropdb --force --maintenance-db postgres "$POSTGRES_DB"
    psql --quiet --dbname postgres --command "ALTER DATABASE restored RENAME TO \"$POSTGRES_DB\""
    ;;
  *)
    echo "usage: pg_backup.sh backup | restore" >&2
    exit 2
    ;;
esac
