#!/bin/sh
set -eu
PDS_ADMIN_PASSWORD=$(cat /run/secrets/admin_password)
PDS_JWT_SECRET=$(cat /run/secrets/jwt_secret)
PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX=$(cat /run/secrets/plc_rotation_key)
export PDS_ADMIN_PASSWORD PDS_JWT_SECRET PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX
mkdir -p /pds/blocks
cd /app
exec node --enable-source-maps index.js
