#!/usr/bin/env bash
# Succeeds if `engines` of package.json allows the Node in the PATH. Prints the version needed and the version found.
needed=$(sed -n 's/^ *"node": ">=\([0-9.]*\)".*/\1/p' "$(dirname "$0")/../package.json")
found=$(node --version 2>/dev/null) || found=none
IFS=. read -r needed_major needed_minor _ <<<"$needed"
IFS=. read -r major minor _ <<<"${found#v}"
echo "needed: $needed or newer, found: ${found#v}"
[[ $found != none ]] && ((major > needed_major || (major == needed_major && minor >= needed_minor)))
