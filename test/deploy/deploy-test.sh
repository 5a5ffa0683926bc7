#!/usr/bin/env bash
# Tests the chart, the Dockerfiles and the compose file. Options are passed to vitest.
# Needs Python and helm, or Go to build helm once (some minutes). Exits with 2 when they are not available.
# Fetches promtool on Debian; without it the alert rules are not tested.
set -euo pipefail

HELM_VERSION=v3.22.0
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
venv="$PWD/.venv/deploy"
export PATH="$PWD/.cache/bin:$PWD/node_modules/.bin:$venv/bin:$PATH"

if ! command -v helm >/dev/null; then
  command -v go >/dev/null || { echo "deploy-test.sh: neither helm nor Go is installed" >&2; exit 2; }
  GOBIN="$PWD/.cache/bin" timeout 400 go install "helm.sh/helm/v3/cmd/helm@$HELM_VERSION" || exit 2
fi
# Extracts the program from Debian's package, because installing the package would start a server.
fetch_promtool() (
  set -e
  download="$(mktemp -d)"
  trap 'rm -rf "$download"' EXIT
  cd "$download"
  if ! timeout 60 apt-get download prometheus; then
    timeout 60 apt-get update
    timeout 60 apt-get download prometheus
  fi
  dpkg-deb --extract prometheus_*.deb .
  install -D usr/bin/promtool "$1"
)

if ! command -v promtool >/dev/null && ! fetch_promtool "$PWD/.cache/bin/promtool" &>/dev/null; then
  echo "deploy-test.sh: promtool is not available; the alert rules are not tested" >&2
fi
if ! cmp --silent "$here/requirements.txt" "$venv/.installed"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" || exit 2
  cp "$here/requirements.txt" "$venv/.installed"
fi
exec vitest run --config test/deploy/vitest.deploy.config.ts "$@"
