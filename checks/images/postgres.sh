#!/usr/bin/env bash
# A Postgres in the layout of the official image: the data in /var/lib/postgresql/data, the first start
# makes the database from POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB (or *_FILE) and what lies in
# /docker-entrypoint-initdb.d, its own socket lets everybody in. From Debian's packages, unpacked but not set up.
# image: cc-ci.test/postgres:15
# replaces: postgres:15 postgres:15-alpine postgres:15.13 postgres:15.13-alpine
# inputs: checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

rootfs postgresql-15 bash gzip findutils util-linux libc-bin
useradd_in postgres 999
# The just-in-time compiler is two thirds of all.
rm -rf "$rootfs"/usr/lib/x86_64-linux-gnu/{libLLVM*,libz3*} "$rootfs"/usr/lib/postgresql/15/lib/{bitcode,llvmjit*}
echo "jit = off" >>"$rootfs/usr/share/postgresql/15/postgresql.conf.sample"
echo "listen_addresses = '*'" >>"$rootfs/usr/share/postgresql/15/postgresql.conf.sample"
mkdir -p "$rootfs/usr/local/bin" "$rootfs/docker-entrypoint-initdb.d" "$rootfs/var/run/postgresql" "$rootfs/var/lib/postgresql/data"
chown -R 999:999 "$rootfs/var/run/postgresql" "$rootfs/var/lib/postgresql"
cat >"$rootfs/usr/local/bin/docker-entrypoint.sh" <<'EOF'
#!/bin/bash
set -euo pipefail

if [ "${1:-}" != postgres ]; then exec "$@"; fi
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi

# of NAME: the value of $NAME, or what the file $NAME_FILE holds.
of() {
  local file="$1_FILE"
  if [ -n "${!file:-}" ]; then cat "${!file}"; else echo "${!1:-}"; fi
}

if ! [ -s "$PGDATA/PG_VERSION" ]; then
  user=$(of POSTGRES_USER) password=$(of POSTGRES_PASSWORD) database=$(of POSTGRES_DB)
  export PGUSER=${user:-postgres}
  [ -n "$password" ] || { echo "postgres: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE" >&2; exit 1; }
  # shellcheck disable=SC2086 # a list of words
  initdb --username="$PGUSER" --pwfile=<(echo "$password") --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  pg_ctl -w -o "-c listen_addresses=''" start
  : "${database:=$PGUSER}"
  [ "$database" = postgres ] || createdb -O "$PGUSER" --maintenance-db=postgres "$database"
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -d "$database" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | psql -v ON_ERROR_STOP=1 --no-psqlrc -d "$database" ;;
    esac
  done
  pg_ctl -m fast -w stop
fi
exec "$@"
EOF
chmod 755 "$rootfs/usr/local/bin/docker-entrypoint.sh"
image cc-ci.test/postgres:15 'ENV PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8' \
  'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]' 'VOLUME /var/lib/postgresql/data' 'EXPOSE 5432'
# SIGTERM would wait for every client to go. An import can't say so.
DOCKER_BUILDKIT=0 docker build --quiet --tag cc-ci.test/postgres:15 - <<<$'FROM cc-ci.test/postgres:15\nSTOPSIGNAL SIGINT'
