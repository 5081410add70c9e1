#!/usr/bin/env bash
# Synapse in the layout of its own image: /start.py, which runs it as user 991 with /data/homeserver.yaml and makes its
# signing key where there is none; port 8008, curl for health checks. From Debian's unstable packages, unpacked but not set up.
# image: cc-ci.test/synapse:1.160.0
# replaces: matrixdotorg/synapse:v1.160.0
# inputs: checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

# rootfs.sh's own function unpacks bookworm, which has no Synapse. A mirror that stands still is not refused: what it
# has is signed all the same.
timeout 900 mmdebstrap --aptopt='Acquire::Check-Valid-Until "false"' --variant=extract --mode=root --include=base-files,dash,coreutils,sed,grep,matrix-synapse,python3-psycopg2,curl,util-linux \
  sid "$rootfs" "$(debian_mirror)"
[ -e "$rootfs/bin/sh" ] || ln -s dash "$rootfs/bin/sh"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$rootfs/etc/passwd"
printf 'root:x:0:\n' >"$rootfs/etc/group"
mkdir -p "$rootfs"/{root,run,tmp,proc,sys,dev}
chmod 1777 "$rootfs/tmp"
[ -d "$rootfs"/usr/lib/python3/dist-packages/matrix_synapse-1.160.0.dist-info ] || stop "expected Synapse 1.160.0 in Debian's unstable, found $(
  cd "$rootfs/usr/lib/python3/dist-packages" && echo matrix_synapse-*)" "name the version in checks/images/synapse.sh and the recipe anew"
useradd_in synapse 991
rm -rf "$rootfs"/etc/matrix-synapse "$rootfs"/usr/share/{doc,man,locale} "$rootfs"/var/{cache,lib}/apt
mkdir -p "$rootfs/data" "$rootfs/usr/local/bin"
chown 991:991 "$rootfs/data"
ln -s ../../bin/synapse_register_new_matrix_user "$rootfs/usr/local/bin/register_new_matrix_user" # the name that its own image has
cat >"$rootfs/start.py" <<'PYTHON'
#!/usr/bin/python3
"""Starts Synapse as the user 991 with the configuration that SYNAPSE_CONFIG_PATH names."""

import os
import subprocess
import sys

config = os.environ.get("SYNAPSE_CONFIG_PATH", "/data/homeserver.yaml")
if not os.path.exists(config):
    sys.exit(f"synapse: expected a configuration at {config}, found none")
if os.getuid() == 0:
    subprocess.run(["chown", "-R", "991:991", "/data"], check=False)  # the configuration itself may be mounted read-only
    os.execv("/usr/bin/setpriv", ["setpriv", "--reuid=991", "--regid=991", "--clear-groups", "/start.py"])
program = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", config]
subprocess.run([*program, "--generate-keys"], check=True)
os.execv(sys.executable, program)
PYTHON
chmod 755 "$rootfs/start.py"
# What its own script would make of the sources.
chroot "$rootfs" /usr/bin/python3 -m compileall -q /usr/lib/python3/dist-packages || true
image cc-ci.test/synapse:1.160.0 'ENTRYPOINT ["/start.py"]' 'VOLUME /data' 'EXPOSE 8008' 'WORKDIR /data'
