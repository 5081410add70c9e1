# shellcheck shell=bash disable=SC2034,SC2154 # baseline.sh sources this
# demo.sh: the notes app.
old=1.1.0+2.0.0 new=main
kept=(admin_password_v1) added=(session_key_v1)
images=()
saved=(data/_data/backup.json data/_data/uploads)
walks=(file note)
note=''

ready() { status 200 "$base/healthz"; }
log_in() { status 302 --data-urlencode user=admin --data-urlencode "password@-" "$base/login" < <(printf %s "${secret[admin_password_v1]}"); }
write() {
  log_in
  note=$(web -o /dev/null -w '%{redirect_url}' -H 'Content-Type: text/plain' --data-binary '# kept' "$base/notes")
  printf kept >"$work/state.txt"
  status 302 -F "file=@$work/state.txt" "$base/files"
}
verify() { log_in && body '# kept' "$note/raw" && body kept "$base/files/state.txt"; }
change() {
  log_in
  status 200 -X PUT -H 'Content-Type: text/plain' --data-binary '# lost' "$note"
  printf lost >"$work/state.txt"
  status 302 -F "file=@$work/state.txt" "$base/files"
}

before_backup() { docker exec "$(container app)" /notes dump /data/backup.json; }
after_restore() { docker exec "$(container app)" /notes load /data/backup.json; }
holds() { restic ls latest >"$work/snapshot" && grep -q backup.json "$work/snapshot" && grep -q uploads/ "$work/snapshot"; }

# The recipe's own tests: pytest, a program, and the steps of login.json (demo.mjs has them).
own_tests() {
  cp /etc/hosts "$work/hosts"
  echo "127.0.0.1 $host" >>"$work/hosts"
  status 200 "$base/login"
  flows login
  # shellcheck disable=SC2016 # the inner shell's
  CC_CI_BASE_URL=$base:$CC_CI_PORT CC_CI_VERSION=1.2.0+3.0.0 SSL_CERT_FILE=$CC_CI_CACHE/certs/ca.pem CURL_CA_BUNDLE=$CC_CI_CACHE/certs/ca.pem \
    unshare -m bash -c 'mount --bind "$1/hosts" /etc/hosts && cd "$1/demo/main/tests" && sh style.sh && /usr/bin/python3 -m pytest -q -p no:cacheprovider .' _ "$work" >"$work/local" 2>&1 ||
    { cat "$work/local" >&2; die "the recipe's own tests failed"; }
}
