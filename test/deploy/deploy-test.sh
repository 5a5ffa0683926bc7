#!/usr/bin/env bash
# Tests the chart, the image's recipe and the compose file. Options are vitest's.
# Needs Python and helm; without helm, Go to build it with (once, some minutes). Exits with 2 when they cannot be had.
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
if ! cmp --silent "$here/requirements.txt" "$venv/.installed"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" || exit 2
  cp "$here/requirements.txt" "$venv/.installed"
fi
exec vitest run --config test/deploy/vitest.config.ts "$@"
