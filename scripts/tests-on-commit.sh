#!/usr/bin/env bash
# Runs tests of this checkout against the service of another commit, to check that a test of a bug fails before the fix.
#   scripts/tests-on-commit.sh HEAD~1 vitest run test/e2e/large-values
#   scripts/tests-on-commit.sh HEAD~1 node --import ./test/support/run-typescript.ts test/cost/run-cost.ts --quick
set -euo pipefail

commit=${1:?usage: tests-on-commit.sh COMMIT COMMAND…}
shift
checkout=$(cd "$(dirname "$0")/.." && pwd)
worktree=$(mktemp -d)
trap 'git -C "$checkout" worktree remove --force "$worktree"' EXIT

git -C "$checkout" worktree add --quiet --detach "$worktree" "$commit"
cd "$worktree"
if [[ -x scripts/install.sh ]]; then scripts/install.sh all; else npm ci --silent; fi
export PATH=$worktree/node_modules/.bin:$PATH
npm run --silent build
rm -r test
cp -R "$checkout/test" "$checkout/vitest.config.ts" .
"$@"
