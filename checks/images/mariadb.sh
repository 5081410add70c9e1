#!/usr/bin/env bash
# A MariaDB in the layout of the official image: the data in /var/lib/mysql, the first start makes the
# database from MARIADB_ROOT_PASSWORD, MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD (or MYSQL_*, or
# *_FILE) and what lies in /docker-entrypoint-initdb.d. From Debian's packages, unpacked but not set up.
# image: cc-ci.test/mariadb:10.11
# replaces: mariadb:10.11 mariadb:10.11.13 mariadb:lts
# inputs: checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

rootfs mariadb-server mariadb-client bash gzip findutils util-linux libc-bin
useradd_in mysql 999
rm -rf "$rootfs"/etc/mysql/mariadb.conf.d/* "$rootfs"/usr/lib/x86_64-linux-gnu/libicu* "$rootfs"/usr/bin/{mariadb-backup,mbstream}
mkdir -p "$rootfs/usr/local/bin" "$rootfs/docker-entrypoint-initdb.d" "$rootfs/run/mysqld" "$rootfs/var/lib/mysql"
chown -R 999:999 "$rootfs/run/mysqld" "$rootfs/var/lib/mysql"
cat >"$rootfs/etc/mysql/conf.d/docker.cnf" <<'EOF'
[mariadbd]
bind-address = *
skip-name-resolve
host-cache-size = 0
EOF
cat >"$rootfs/usr/local/bin/docker-entrypoint.sh" <<'EOF'
#!/bin/bash
set -euo pipefail

case ${1:-} in mariadbd | mysqld) ;; *) exec "$@" ;; esac
data=/var/lib/mysql
if [ "$(id -u)" = 0 ]; then
  chown -R mysql "$data" /run/mysqld
  exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
fi

# of NAME: the value of $MARIADB_NAME or $MYSQL_NAME, or what the file $..._NAME_FILE holds.
of() {
  local name file
  for name in "MARIADB_$1" "MYSQL_$1"; do
    file=${name}_FILE
    if [ -n "${!file:-}" ]; then cat "${!file}"; return; fi
    if [ -n "${!name:-}" ]; then echo "${!name}"; return; fi
  done
}

if ! [ -d "$data/mysql" ]; then
  root=$(of ROOT_PASSWORD) database=$(of DATABASE) user=$(of USER) password=$(of PASSWORD)
  [ -n "$root" ] || { echo "mariadb: set MARIADB_ROOT_PASSWORD or MARIADB_ROOT_PASSWORD_FILE" >&2; exit 1; }
  mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
  "$@" --skip-networking &
  for _ in $(seq 300); do ! mariadb-admin -u root ping >/dev/null 2>&1 || break; sleep 0.1; done
  mariadb -u root <<SQL
DELETE FROM mysql.global_priv WHERE User = '' OR Host NOT IN ('localhost');
CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '$root';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
${database:+CREATE DATABASE IF NOT EXISTS \`$database\`;}
${user:+CREATE USER '$user'@'%' IDENTIFIED BY '$password';}
${user:+GRANT ALL ON \`${database:-%}\`.* TO '$user'@'%';}
ALTER USER 'root'@'localhost' IDENTIFIED BY '$root';
FLUSH PRIVILEGES;
SQL
  export MYSQL_PWD=$root
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) mariadb -u root ${database:+"$database"} <"$file" ;;
      *.sql.gz) gunzip -c "$file" | mariadb -u root ${database:+"$database"} ;;
    esac
  done
  mariadb-admin -u root shutdown
  wait
  unset MYSQL_PWD
fi
exec "$@"
EOF
chmod 755 "$rootfs/usr/local/bin/docker-entrypoint.sh"
image cc-ci.test/mariadb:10.11 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["mariadbd"]' 'VOLUME /var/lib/mysql' 'EXPOSE 3306'
