#!/usr/bin/env bash
# Compares the service with a live Python AgentOS. Options: see harness/suite-options.ts (--layout, --route, --only, …).
# AGNO_VERSION: the AgentOS to compare with (3.1.10). AGNO_2_VERSION: the AgentOS that writes 2.x databases (2.9.0).
set -euo pipefail

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$checkout"
export PATH="$checkout/node_modules/.bin:$PATH"
export AGNO_VERSION="${AGNO_VERSION:-3.1.10}"
export AGNO_2_VERSION="${AGNO_2_VERSION:-2.9.0}"

if [[ ! -f dist/service/main.js && " $* " != *" --record "* ]]; then
  npm run --silent build
fi
exec node --import ./test/support/run-typescript.ts test/contract/run-contract-suite.ts "$@"
