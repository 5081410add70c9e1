#!/bin/bash
export APP_CONF_VERSION=v4
export PG_BACKUP_VERSION=v2 # raise with the script
export COMPUTED=$(hostname)

migrate() {
  export INSIDE=no
  touch /tmp/never
}
