#!/usr/bin/env bash
# Breaks databases, networks and requests while clients are served. Options:
#   --quick       what takes less than a minute; further options are vitest's
#   --only NAME   the tests of that name
# The whole run also asks odd requests, and writes its findings into docs/reliability.md.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
specs=(vitest run --config test/faults/vitest.config.ts)
typescript=(node --import ./test/support/run-typescript.ts)

rm -rf .cache/faults
case "${1:-}" in
  --quick) exec "${specs[@]}" --tags-filter quick "${@:2}" ;;
  --only) exec "${specs[@]}" --testNamePattern "${2:?--only NAME}" ;;
esac

status=0
"${specs[@]}" || status=1
"${typescript[@]}" test/faults/fuzz/run.ts --count 100000 --seed 1 || status=1
test/faults/schema/setup.sh
"${typescript[@]}" test/faults/schema/run.ts || status=1
"${typescript[@]}" test/faults/report/run.ts
exit $status
