#!/usr/bin/env bash
# Renews test/contract/recorded from a live Python AgentOS; --route and --only renew a part.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/contract-test.sh" --record "$@"
