#!/usr/bin/env bash
# certs.sh: a test CA and its wildcard certificate for the apps' domain, as swarm secrets'
# source. Reissued when fewer than seven days are left.
. "${BASH_SOURCE%/*}/vars.sh"

dir=$CC_CI_CACHE/certs
if openssl x509 -in "$dir/cert.pem" -noout -checkend $((7 * 86400)) >/dev/null 2>&1; then exit 0; fi
say "issuing a test certificate for *.$domain"
rm -rf "$dir"
mkdir -p "$dir"
umask 077
cd "$dir"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key ca.key
openssl req -x509 -new -key ca.key -days 90 -subj '/CN=cc-ci test CA' -out ca.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
key key.pem
printf '%s\n' "subjectAltName=DNS:*.$domain,DNS:$domain" basicConstraints=CA:FALSE extendedKeyUsage=serverAuth >ext
openssl req -new -key key.pem -subj "/CN=$domain" |
  openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 60 -extfile ext -out leaf.pem 2>/dev/null
cat leaf.pem ca.pem >cert.pem # the chain, leaf first
chmod 644 ca.pem
