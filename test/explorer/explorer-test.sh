#!/usr/bin/env bash
# Tests the explorer in a browser, against the built service and a real PostgreSQL. Options are passed to vitest.
# Ends with status 2 where there is no browser.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
for browser in chromium google-chrome chromium-browser; do
  command -v "$browser" >/dev/null && exec vitest run --config test/explorer/vitest.explorer.config.ts "$@"
done
echo 'explorer-test: no browser is installed. On Debian or Ubuntu: apt-get install chromium.' >&2
exit 2
