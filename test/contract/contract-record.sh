#!/usr/bin/env bash
# Updates test/contract/recorded from a live Python AgentOS; --route and --only update a part.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/contract-test.sh" --record "$@"
