#!/usr/bin/env bash
# An nginx in the layout of the official image: /usr/share/nginx/html, /etc/nginx/conf.d, port 80,
# logs on stdout and stderr, curl for health checks. From Debian's packages, unpacked but not
# set up: what their scripts would have made is written below.
# image: cc-ci.test/nginx:1.22.1
# replaces: nginx:1.27.1 nginx:1.27.2
# inputs: checks/images/rootfs.sh
. "${BASH_SOURCE%/*}/rootfs.sh"

rootfs nginx-light curl
useradd_in nginx 101
mkdir -p "$rootfs/etc/nginx/conf.d" "$rootfs/usr/share/nginx/html" "$rootfs/var/lib/nginx" "$rootfs/var/log/nginx"
ln -sf /dev/stdout "$rootfs/var/log/nginx/access.log"
ln -sf /dev/stderr "$rootfs/var/log/nginx/error.log"
printf '<!doctype html>\n<title>Welcome to nginx!</title>\n<h1>Welcome to nginx!</h1>\n' >"$rootfs/usr/share/nginx/html/index.html"
cat >"$rootfs/etc/nginx/nginx.conf" <<'EOF'
user nginx;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log notice;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /var/log/nginx/access.log;
  sendfile on;
  include /etc/nginx/conf.d/*.conf;
}
EOF
cat >"$rootfs/etc/nginx/conf.d/default.conf" <<'EOF'
server {
  listen 80;
  location / { root /usr/share/nginx/html; }
}
EOF
image cc-ci.test/nginx:1.22.1 'CMD ["nginx", "-g", "daemon off;"]' 'EXPOSE 80'
