#!/usr/bin/env bash
# update.sh: writes anew what modules/ gives for the hosts of the checks, and the messages of the wrong ones.
# Read the difference before committing it.
set -euo pipefail
cd "$(dirname "$0")"
rendered=$(nix build --no-link --print-out-paths '../..#checks.x86_64-linux.server-rendered')
rm -rf golden
cp -r "$rendered" golden
chmod -R u+w golden
cp "$(nix build --no-link --print-out-paths '../..#checks.x86_64-linux.server-page')" ../../docs/reference/options.md
chmod u+w ../../docs/reference/options.md
./errors.sh --update
