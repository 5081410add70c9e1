# shellcheck shell=bash disable=SC2034,SC2154 # baseline.sh sources this
# minio.sh: an object store with an object of 1 GiB.
old=1.0.0+2025-09-07 new=1.1.0+2025-09-07
kept=(root_password_v1) added=()
images=("#minio/minio:RELEASE.2025-09-07T16-13-09Z#cc-ci.test/minio:2025-09-07#")
saved=(data/_data)
walks=(console)
sum=5d4406b85df2402c69b2d17c415f342960e73bc32a2385730f19e023b1900ca9

settings() { sees "$host" "console-$host"; }
ready() { status 200 "$base/minio/health/ready" && status 200 "https://console-$host/"; }

# signed BODY ARGUMENTS...: a request of the administrator, by curl in the container.
signed() {
  local hash
  hash=$(printf %s "$1" | sha256sum)
  printf 'aws-sigv4 = "aws:amz:us-east-1:s3"\nuser = "minio:%s"\n' "${secret[root_password_v1]}" |
    docker exec -i "$(container app)" curl -sSf --config - --request PUT --header "x-amz-content-sha256: ${hash%% *}" "${@:2}"
}
set_up() {
  local policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject","s3:PutObject","s3:DeleteObject"],"Resource":["arn:aws:s3:::media/*"]}]}'
  signed '' http://127.0.0.1:9000/media
  signed "$policy" --data-binary "$policy" 'http://127.0.0.1:9000/media?policy='
}
write() {
  docker exec "$(container app)" sh -euc '
    seq 200000000 | head -c 1073741824 >/tmp/kept.bin
    curl -sSf --upload-file /tmp/kept.bin http://127.0.0.1:9000/media/kept.bin
    rm /tmp/kept.bin'
}
verify() {
  local found
  found=$(web -f "$base/media/kept.bin" | sha256sum) && [ "${found%% *}" = "$sum" ]
}
change() { status 204 -X DELETE "$base/media/kept.bin"; }

before_backup() { docker exec "$(container app)" sh -c 'cd /data/.minio.sys/tmp && rm -rf .trash/*; rm -f * 2>/dev/null; true'; }
after_restore() { docker exec "$(container app)" /restored.sh; }
holds() { restic ls latest >"$work/snapshot" && grep -q /media/kept.bin "$work/snapshot"; }

own_tests() {
  status 200 "$base/minio/health/live"
  status 403 "$base/nobody/nothing"
  web "$base/nobody/nothing" | grep AccessDenied >/dev/null
}
