#!/usr/bin/env bash
# A Bluesky personal data server, npm's 0.5.35, in the layout of its own image: /app, a script that ends in `node index.js`,
# port 3000. The server is npm's; the few lines that start it are ours.
# image: cc-ci.test/pds:0.5.35
# replaces: ghcr.io/bluesky-social/pds:0.4.219
# inputs: checks/images/npm.sh checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/npm.sh"

npm_app pds 22.23.3 @atproto/pds@0.5.35
rootfs libstdc++6 curl ca-certificates
cat /etc/ssl/certs/ca-certificates.crt >"$rootfs/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$rootfs/app" "$rootfs/pds" "$rootfs/usr/local/bin"
cp "$node" "$rootfs/usr/local/bin/node"
cp -r "$app/node_modules" "$rootfs/app/"
cat >"$rootfs/app/index.js" <<'EOF'
const { PDS, envToCfg, envToSecrets, readEnv, httpLogger } = require('@atproto/pds')

const main = async () => {
  const env = readEnv()
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()
  httpLogger.info('pds has started')
  process.on('SIGTERM', async () => {
    await pds.destroy()
    httpLogger.info('pds has stopped')
  })
}

main()
EOF
image cc-ci.test/pds:0.5.35 'WORKDIR /app' 'ENV NODE_ENV=production PDS_PORT=3000' 'EXPOSE 3000' 'CMD ["node", "--enable-source-maps", "index.js"]'
