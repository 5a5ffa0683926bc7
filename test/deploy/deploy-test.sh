#!/usr/bin/env bash
# Tests the chart, the image's recipe and the compose file. Options are vitest's.
# Needs Python and helm; without helm, Go to build it with (once, some minutes). Exits with 2 when they cannot be had.
# Without promtool, which it can fetch on Debian, the alert rules are not tested.
set -euo pipefail

HELM_VERSION=v3.22.0
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
venv="$PWD/.venv/deploy"
export PATH="$PWD/.cache/bin:$PWD/node_modules/.bin:$venv/bin:$PATH"

if ! command -v helm >/dev/null; then
  command -v go >/dev/null || { echo "deploy-test.sh: there is neither helm nor Go" >&2; exit 2; }
  GOBIN="$PWD/.cache/bin" timeout 400 go install "helm.sh/helm/v3/cmd/helm@$HELM_VERSION" || exit 2
fi
# Takes the program out of Debian's package: the package installed would start a server.
fetch_promtool() (
  set -e
  fetched="$(mktemp -d)"
  trap 'rm -rf "$fetched"' EXIT
  cd "$fetched"
  if ! timeout 60 apt-get download prometheus; then
    timeout 60 apt-get update
    timeout 60 apt-get download prometheus
  fi
  dpkg-deb --extract prometheus_*.deb .
  install -D usr/bin/promtool "$1"
)

if ! command -v promtool >/dev/null && ! fetch_promtool "$PWD/.cache/bin/promtool" &>/dev/null; then
  echo "deploy-test.sh: promtool cannot be had: the alert rules are not tested" >&2
fi
if ! cmp --silent "$here/requirements.txt" "$venv/.installed"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" || exit 2
  cp "$here/requirements.txt" "$venv/.installed"
fi
exec vitest run --config test/deploy/vitest.deploy.config.ts "$@"
