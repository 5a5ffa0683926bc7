#!/usr/bin/env bash
# Tests the chart, the Dockerfiles and the compose file. Options are passed to vitest.
# Needs Python, and helm or Go, with which it builds helm once (some minutes). If one is missing, prints which, and exits with 2.
# Fetches promtool on Debian; without it the alert rules are not tested.
set -euo pipefail

HELM_VERSION=v3.22.0
HELM_TIMEOUT_S=400
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
venv="$PWD/.venv/deploy"
export PATH="$PWD/.cache/bin:$PWD/node_modules/.bin:$venv/bin:$PATH"

# cannot_run REASON REMEDY
cannot_run() {
  printf 'deploy-test.sh cannot run: %s.\n%s\n' "$1" "$2" >&2
  exit 2
}

command -v vitest >/dev/null || cannot_run "vitest is not installed" "Run npm ci, or make deploy-test."
if ! command -v helm >/dev/null; then
  remedy="Install helm 3 (https://helm.sh/docs/intro/install) or Go (https://go.dev/doc/install), which builds it."
  command -v go >/dev/null || cannot_run "neither helm nor Go is in PATH" "$remedy"
  echo "deploy-test.sh: building helm $HELM_VERSION with Go, once, which takes some minutes" >&2
  GOBIN="$PWD/.cache/bin" timeout "$HELM_TIMEOUT_S" go install "helm.sh/helm/v3/cmd/helm@$HELM_VERSION" ||
    cannot_run "Go could not build helm $HELM_VERSION (above; status 124: not within $HELM_TIMEOUT_S s), status $?" "$remedy"
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
  command -v python3 >/dev/null || cannot_run "python3 is not in PATH" "Install Python 3 with venv and pip."
  rm -rf "$venv"
  python3 -m venv "$venv" ||
    cannot_run "python3 could not create a virtual environment (above)" "On Debian install the package python3-venv."
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" ||
    cannot_run "pip could not install $here/requirements.txt (above)" "It needs PyPI, or a mirror set by PIP_INDEX_URL."
  cp "$here/requirements.txt" "$venv/.installed"
fi
exec vitest run --config test/deploy/vitest.deploy.config.ts "$@"
