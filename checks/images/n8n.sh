#!/usr/bin/env bash
# n8n, two releases of npm's, in the layout of its own image: /home/node of the user `node` (1000), the program `n8n` on the
# path, port 5678, tini in front. Of what it depends on, SQLite alone is compiled, as its own image does.
# image: cc-ci.test/n8n:2.40.5
# replaces: n8nio/n8n:2.40.5
# image: cc-ci.test/n8n:2.41.1
# replaces: n8nio/n8n:2.41.1
# inputs: checks/images/npm.sh checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/npm.sh"

rootfs libstdc++6 ca-certificates tini wget
cat /etc/ssl/certs/ca-certificates.crt >"$rootfs/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$rootfs/home/node/.n8n" "$rootfs/usr/local/bin" "$rootfs/usr/local/lib"
echo 'node:x:1000:1000:node:/home/node:/bin/sh' >>"$rootfs/etc/passwd"
echo 'node:x:1000:' >>"$rootfs/etc/group"
chown -R 1000:1000 "$rootfs/home/node"
ln -s ../lib/node_modules/n8n/bin/n8n "$rootfs/usr/local/bin/n8n"

for version in 2.40.5 2.41.1; do
  npm_app n8n 24.21.0 "n8n@$version" -- sqlite3
  cp "$node" "$rootfs/usr/local/bin/node"
  rm -rf "$rootfs/usr/local/lib/node_modules"
  cp -al "$app/node_modules" "$rootfs/usr/local/lib/" 2>/dev/null || cp -r "$app/node_modules" "$rootfs/usr/local/lib/" # 3 GB: linked where that goes
  find "$rootfs/usr/local/lib/node_modules" -name '*.map' -delete
  image "cc-ci.test/n8n:$version" 'WORKDIR /home/node' 'USER node' 'ENV NODE_ENV=production N8N_RELEASE_TYPE=stable' \
    'EXPOSE 5678' 'ENTRYPOINT ["tini", "--", "n8n"]'
done
