#!/usr/bin/env bash
# Injects faults into databases, networks and requests while clients are served. Options:
#   --quick       a short selection for CI; further options are passed to vitest
#   --only NAME   the tests whose name matches
#   --fuzz        100,000 hostile requests, or --count N from --seed N
#   --schema      schemathesis; further options are passed to it
# The whole run writes its results to docs/reliability.md when no test failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
specs=(vitest run --config test/faults/vitest.faults.config.ts)

typescript() { node --import ./test/support/run-typescript.ts "$@"; }
fuzz() { typescript test/faults/fuzz/run-fault-fuzz.ts --count 100000 --seed 1 "$@"; }
schema() { test/faults/schema/setup-schemathesis.sh && typescript test/faults/schema/run-schemathesis.ts "$@"; }

rm -rf .cache/faults
mkdir -p .cache
case "${1:-}" in
  --quick) exec "${specs[@]}" --tags-filter quick --no-isolate "${@:2}" ;;
  --only) exec "${specs[@]}" --testNamePattern "${2:?--only NAME}" ;;
  --fuzz) fuzz "${@:2}"; exit ;;
  --schema) schema "${@:2}"; exit ;;
esac

status=0
"${specs[@]}" || status=1
fuzz || status=1
schema || status=1
if ((status == 0)); then typescript test/faults/report/write-reliability-report.ts; fi
exit $status
