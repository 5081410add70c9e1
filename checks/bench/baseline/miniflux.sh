# shellcheck shell=bash disable=SC2034,SC2154 # baseline.sh sources this
# miniflux.sh: a feed reader with a Postgres; people log in through Dex, which has another.
old=1.0.0+2.2.14 new=1.1.0+2.2.16
kept=(admin_password_v1 db_password_v1 oidc_client_secret_v1) added=()
images=("#postgres:15.13#cc-ci.test/postgres:15#" "#miniflux/miniflux:#cc-ci.test/miniflux:#" "#ghcr.io/dexidp/dex:v#cc-ci.test/dex:#")
saved=(postgres/_data/backup.sql)
walks=(single-sign-on subscribe)
idp_host=baseline-dex.$domain

settings() {
  OIDC_CLIENT_ID=miniflux OIDC_ISSUER=https://$idp_host OIDC_REDIRECT_URI=https://baseline-miniflux.$domain/oauth2/oidc/callback
  SECRET_OIDC_CLIENT_SECRET_VERSION=v1
  [ "$recipe" = dex ] || COMPOSE_FILE="compose.yml -c compose.oidc.yml"
  sees "baseline-miniflux.$domain" "$idp_host"
}
# at_idp COMMAND...: with the provider in the app's place.
at_idp() { local recipe=dex stack=baseline_dex host=$idp_host base=https://$idp_host; "$@"; }
idp_ready() { status 200 "https://$idp_host/.well-known/openid-configuration"; }
with_needs() {
  fetch dex 1.1.0+2.45.1
  make_secrets client_secret_v1 person
  secret[client_secret_v1]=${secret[oidc_client_secret_v1]}
  at_idp put_secrets client_secret_v1 db_password_v1
  at_idp deploy 1.1.0+2.45.1
  until_true 0.2 idp_ready
  at_idp sql dex <<END
\\set password ${secret[person]}
create extension pgcrypto;
insert into password (email, hash, username, user_id) values ('person@example.org', crypt(:'password', gen_salt('bf', 10))::bytea, 'person', '1');
END
}
without_needs() { at_idp remove; }
sql() { docker exec -i "$(container db)" psql --quiet --set ON_ERROR_STOP=1 "--username=$1" "--dbname=$1"; }

ready() { status 200 "$base/healthcheck"; }
# page PATH PATTERN: what a page has at a pattern's group.
page() { web -f "$base$1" | tr '\n' ' ' | sed -nE "s#.*$2.*#\\1#p" | grep .; }
token() { csrf=$(page "$1" 'name="csrf" value="([^"]+)"'); }
post() { status 302 --data-urlencode "csrf=$csrf" "${@:2}" "$base$1"; }
log_in() {
  rm -f "$work/jar"
  token / && post /login --data username=admin --data-urlencode password@- < <(printf %s "${secret[admin_password_v1]}")
}
write() {
  log_in
  token /import
  echo '<opml version="2.0"><body><outline text="kept"><outline title="kept-news" xmlUrl="https://feeds.example.org/kept-news.xml"/></outline></body></opml>' >"$work/feeds.opml"
  status 302 -F "csrf=$csrf" -F "file=@$work/feeds.opml" "$base/upload"
}
verify() {
  log_in && web "$base/export" >"$work/export" && grep -q '<outline text="kept">' "$work/export" &&
    grep -q https://feeds.example.org/kept-news.xml "$work/export"
}
change() {
  local category feed
  log_in
  category=$(page /categories 'href="/category/([0-9]+)/entries">\s*kept\s')
  token "/category/$category/edit"
  post "/category/$category/update" --data title=lost
  feed=$(page /feeds 'href="/feed/([0-9]+)/entries"')
  token "/feed/$feed/edit"
  post "/feed/$feed/remove"
}

before_backup() { docker exec "$(container db)" /pg_backup.sh backup; }
after_restore() { docker exec "$(container db)" /pg_backup.sh restore; }
holds() {
  restic dump latest "/var/lib/docker/volumes/${stack}_postgres/_data/backup.sql" >"$work/dump" &&
    tail -8 "$work/dump" | grep 'PostgreSQL database dump complete' >/dev/null
}

own_tests() {
  rm -f "$work/jar"
  web "$base/" | grep 'name="password"' >/dev/null
  status 302 "$base/feeds"
  web -o /dev/null -D - "$base/feeds" | grep -i '^location: /' >/dev/null
  status 401 "$base/v1/me"
}
