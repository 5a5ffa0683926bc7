#!/usr/bin/env bash
# Tests the npm package @antipopp/agno-client through a gateway: agno-client.sh URL
# It is installed into a temporary folder. The URL must serve an agent, which responds to "Hello" and stores its sessions.
set -euo pipefail

url=${1:?usage: agno-client.sh URL}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --silent --ignore-scripts --no-audit --no-fund @antipopp/agno-client@0.9.0
node "$here/agno-client.mjs" "$url" "$folder/node_modules/@antipopp/agno-client/dist/index.mjs"
