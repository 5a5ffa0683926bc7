#!/usr/bin/env bash
# Builds the image twice without a container engine, from two checkouts that differ in times and modes, and tests it.
# Needs root on Debian for buildah, debootstrap and their chroots. Exits with 2 when they are not available.
# Takes five minutes or more; buildah keeps the base image, which saves one minute the next time.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
BASE=localhost/agno-test-base
IMAGE=localhost/agno-session-service
skip() {
  echo "image-test.sh: $1" >&2
  exit 2
}

((EUID == 0)) || skip "must run as root to build images"
if ! { command -v buildah && command -v debootstrap; } >/dev/null; then
  apt-get install --quiet --yes --no-install-recommends buildah debootstrap &>/dev/null || skip "buildah and debootstrap are not available"
fi
scratch="$(mktemp -d)"
cleanup() {
  buildah rm "${containers[@]}" &>/dev/null || true
  rm -rf "$scratch"
}
containers=()
trap cleanup EXIT

# Replaces node:…-bookworm-slim, because there may be no image registry: Debian with the Node of package.json, and the npm,
# npm registry and certificate authorities of this machine.
make_base() {
  local root="$scratch/base" npm container
  npm="$(dirname "$(dirname "$(readlink -f "$(PATH="${PATH//$PWD\/node_modules\/.bin:/}" command -v npm)")")")"
  echo 'image-test.sh: creating a base image' >&2
  timeout 300 debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$root" >"$scratch/log" ||
    skip "cannot create a base image: $(tail -n 1 "$scratch/log")"
  mkdir -p "$root/usr/local/etc" "$root/usr/local/lib"
  cp --dereference node_modules/node/bin/node "$root/usr/local/bin/node"
  cp --recursive --dereference "$npm" "$root/usr/local/lib/npm"
  ln --symbolic ../lib/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  echo "registry=$(npm config get registry)" >"$root/usr/local/etc/npmrc"
  cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  container="$(buildah from scratch)"
  containers+=("$container")
  buildah copy --quiet "$container" "$root" / >/dev/null
  buildah config --env PATH=/usr/local/bin:/usr/bin:/bin --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  buildah commit --quiet "$container" "$BASE" >/dev/null
}
if ! buildah inspect --type image "$BASE" &>/dev/null; then make_base; fi

# build TAG UMASK DATE: builds the files that git would commit, with these modes and times
build() {
  local folder="$scratch/$1"
  mkdir "$folder"
  git ls-files --cached --others --exclude-standard -z | (umask "$2" && copy_listed "$folder")
  find "$folder" -exec touch --no-dereference --date "$3" {} +
  buildah bud --format docker --isolation chroot --no-cache --timestamp 0 --build-arg "NODE_IMAGE=$BASE" \
    --tag "$IMAGE:$1" "$folder" &>"$scratch/log" || { tail -n 20 "$scratch/log" >&2; exit 1; }
}
copy_listed() {
  tar --create --null --files-from - --ignore-failed-read | tar --extract --no-same-permissions --directory "$1"
}
echo 'image-test.sh: building twice' >&2
build first 022 2001-01-01
build second 002 2024-02-29

container="$(buildah from "$IMAGE:first")"
containers+=("$container")
IMAGE_ROOT="$(buildah mount "$container")"
IMAGE_FIRST="$(buildah inspect --type image "$IMAGE:first")"
IMAGE_SECOND="$(buildah inspect --type image "$IMAGE:second")"
export IMAGE_ROOT IMAGE_FIRST IMAGE_SECOND
vitest run --config test/deploy/image/vitest.image.config.ts "$@"
