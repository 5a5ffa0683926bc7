#!/usr/bin/env bash
# Creates the virtual environment of schemathesis if it is missing or outdated.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="$(cd "$here/../../.." && pwd)/.venv/schemathesis"
if ! cmp --silent "$here/requirements.txt" "$venv/.installed"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/.installed"
fi
