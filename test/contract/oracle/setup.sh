#!/usr/bin/env bash
# Creates the virtual environment of an agno version if it is missing. Prints the path of its python.
# Usage: oracle/setup.sh VERSION
set -euo pipefail

version="${1:?usage: setup.sh AGNO_VERSION}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
checkout="$(cd "$here/../../.." && pwd)"
venv="$checkout/.venv/agno-$version"
stamp="$venv/.installed"
wanted="agno==$version $(sha256sum "$here/requirements.txt" | cut -d' ' -f1)"

if [[ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" "agno==$version" >&2
  printf '%s\n' "$wanted" >"$stamp"
fi
printf '%s\n' "$venv/bin/python"
