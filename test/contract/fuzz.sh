#!/usr/bin/env bash
# Compares random cases with a live AgentOS: fuzz.sh [--seed N] [--count N] [--layout v3|v2|v20|mixed]
set -euo pipefail

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$checkout"
export PATH="$checkout/node_modules/.bin:$PATH"
[[ -f dist/service/main.js ]] || npm run --silent build
exec node --import ./test/support/run-typescript.ts test/contract/fuzz/run-contract-fuzz.ts "$@"
