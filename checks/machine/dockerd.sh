#!/usr/bin/env bash
# dockerd.sh up | down: a Docker engine of our own beside any other on the host.
#
# It has its own socket, folders, containerd, bridge and address pool, and writes no packet
# filter rules: a second engine with rules on would flush the first one's chains. The few rules
# containers need are ours (below), marked with the bridge's name and removed by `down`.
. "${BASH_SOURCE%/*}/vars.sh"
[ "$CC_CI_DOCKER" = own ] || { [ "$1" = down ] || docker version >/dev/null || stop "no engine answers at $socket" "start the host's docker, or unset CC_CI_DOCKER"; exit 0; }

pidfile=$engine/dockerd.pid
alive() { # a dead one that nobody reaped has no /proc/PID/exe
  local pid
  [ -s "$pidfile" ] && pid=$(<"$pidfile") && [ -e "/proc/$pid/exe" ] && grep -qsaF "$engine/daemon.json" "/proc/$pid/cmdline"
}
answers() { curl -fsS -m 5 --unix-socket "$socket" http://engine/_ping; }

rules() { # -A or -D
  local net=$CC_CI_SUBNET.0.0/16 mark=(-m comment --comment "cc-ci $bridge")
  iptables -w 60 "$1" FORWARD -i "${bridge}gw" -o "${bridge}gw" -j DROP "${mark[@]}"
  iptables -w 60 "$1" FORWARD -i "$bridge+" -j ACCEPT "${mark[@]}"
  iptables -w 60 "$1" FORWARD -o "$bridge+" -j ACCEPT "${mark[@]}"
  iptables -w 60 -t nat "$1" POSTROUTING -s "$net" ! -d "$net" -j MASQUERADE "${mark[@]}"
}

# What outlives a dockerd that was killed: shims, which name our folder, and containers, which
# are in our control group.
orphans() {
  grep -lsazF "$engine/exec/" /proc/[0-9]*/cmdline | cut -d/ -f3
  find /sys/fs/cgroup -path "*/$bridge/*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u
}

# What a dockerd that was killed in the midst of making a network left on the host: the next one could not make it ("file exists").
tunnels() {
  ip -o -d link show type vxlan | sed -nE "s/^[0-9]+: (vx-[^:@]+).* dstport $vxlan_port .*/\\1/p"
}

up() {
  # One that is only busy is left alone: it may have a run's apps.
  decided() { answers || ! alive; }
  if alive && within 60 decided && answers >/dev/null 2>&1; then return; fi
  ! alive || stop "dockerd ($(<"$pidfile")) has not answered for a minute" "wait until it does, or end it and its apps with make down"
  [ "$(id -u)" = 0 ] || stop "our own dockerd needs root" "run make as root, or set CC_CI_DOCKER=host"
  local free
  free=$(df --output=avail -BM "$engine" | tail -1 | tr -dc 0-9)
  [ "$free" -ge 2000 ] || stop "only $free MB are free at $engine" "free 2 GB there, or set CC_CI_CACHE to a folder on a larger disk"
  down
  local other
  other=$(ip -o -4 addr show to "$CC_CI_SUBNET.0.0/16" | awk 'NR == 1 { print $2 }')
  [ -z "$other" ] || stop "the addresses of $CC_CI_SUBNET.0.0/16 belong to $other already" "set CC_CI_SUBNET to the first two numbers of a private /16 that nobody uses"
  say "starting dockerd (socket $socket, log $engine/log)"
  ip link add "$bridge" type bridge
  ip addr add "$CC_CI_SUBNET.0.1/24" dev "$bridge"
  ip link set "$bridge" up
  [ -e "$engine/ip_forward" ] || cp /proc/sys/net/ipv4/ip_forward "$engine/ip_forward"
  rules -A
  cat >"$engine/daemon.json" <<EOF
{ "hosts": ["unix://$socket"], "data-root": "$engine/data", "exec-root": "$engine/exec",
  "pidfile": "$pidfile", "bridge": "$bridge", "iptables": false, "ip6tables": false,
  "default-address-pools": [{ "base": "$CC_CI_SUBNET.64.0/18", "size": 24 }],
  "exec-opts": ["native.cgroupdriver=cgroupfs"], "cgroup-parent": "/$bridge",
  "log-driver": "json-file", "log-opts": { "max-size": "10m" } }
EOF
  # Before the engine, which starts the services that it had: one would keep the bare folder.
  [ -d "$engine/data/volumes" ] || { mkdir -p "$engine/data" && mkdir -m 0701 "$engine/data/volumes"; }
  "$machine/volumes.sh" "$engine/data/volumes"
  # Without our TMPDIR: it outlives us, and can't start a process in a container once that folder is gone.
  setsid env -u TMPDIR dockerd --config-file "$engine/daemon.json" </dev/null >"$engine/log" 2>&1 9>&- &
  local dockerd=$!
  disown
  # It takes seconds, or a minute where it finds much to clear up. One that ended is not waited for.
  come() { answers || ! kill -0 "$dockerd" 2>/dev/null; }
  if ! { within 180 come && answers >/dev/null 2>&1; }; then
    tail -5 "$engine/log" >&2
    stop "dockerd did not answer within 180 s, or ended" "read $engine/log"
  fi
}

down() {
  if alive; then
    local pid
    pid=$(cat "$pidfile")
    say "stopping dockerd ($pid)"
    kill "$pid"
    gone() { ! alive; }
    within 60 gone || kill -KILL "$pid"
  fi
  rm -f "$pidfile"
  orphans | xargs -r kill -KILL 2>/dev/null || true
  find /sys/fs/cgroup -depth -path "*/$bridge*" -type d -exec rmdir {} + 2>/dev/null || true
  awk -v d="$engine/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
  while rules -D 2>/dev/null; do :; done
  for link in "$bridge" "${bridge}gw" $(tunnels); do ip link del "$link" 2>/dev/null || true; done
  if [ -e "$engine/ip_forward" ] && ! compgen -G '/sys/class/net/ccci*' >/dev/null; then
    cat "$engine/ip_forward" >/proc/sys/net/ipv4/ip_forward
    rm "$engine/ip_forward"
  fi
}

"$1"
