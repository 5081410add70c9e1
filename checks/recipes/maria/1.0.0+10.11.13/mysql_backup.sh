#!/bin/bash
# mysql_backup.sh backup | restore: what the backup labels call in the database's container.
set -euo pipefail

dump=/var/lib/mysql/backup.sql
MYSQL_PWD=$(cat "$MARIADB_ROOT_PASSWORD_FILE")
export MYSQL_PWD

case $1 in
  backup)
    mariadb-dump --user=root --single-transaction --databases "$MARIADB_DATABASE" --add-drop-database --result-file="$dump.new"
    mv "$dump.new" "$dump"
    ;;
  restore)
    mariadb --user=root <"$dump"
    ;;
  *)
    echo "usage: mysql_backup.sh backup | restore" >&2
    exit 2
    ;;
esac
