#!/usr/bin/env bash
# Installs what the build needs and this machine lacks: Debian packages by apt-get, tree-sitter by npm. Idempotent, and silent when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(cmake g++ ninja-build pkg-config python3 ccache mold libfmt-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev
          libcurl4-openssl-dev libarchive-dev libssl-dev libgtest-dev libgmock-dev)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
# Node.js comes from elsewhere on some machines, and Debian's npm would fight with it.
command -v npm >/dev/null || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "setup: install what Debian calls: ${missing[*]}" >&2; exit 2; }
  root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: as root, run: apt-get install ${missing[*]}" >&2; exit 2; }
    root=(sudo)
  fi
  echo "setup: installing ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  "${root[@]}" apt-get -qq update
  "${root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi
tools/get_tree_sitter.sh
