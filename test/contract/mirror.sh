#!/usr/bin/env bash
# Checks that the mirror finds a planted difference between a live AgentOS and our service: mirror.sh [--seed N] [--count N] [--html FILE]
set -euo pipefail

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$checkout"
export PATH="$checkout/node_modules/.bin:$PATH"
[[ -f dist/apps/session-mirror/src/session-mirror.js ]] || npm run --silent build
mkdir -p .cache
exec node --import ./test/support/run-typescript.ts test/contract/mirror/run-mirror-check.ts "$@"
