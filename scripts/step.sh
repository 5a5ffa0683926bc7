#!/usr/bin/env bash
# `step TEXT COMMAND…` prints the text and the duration of the command, and its output only if it fails. Also a program:
# `scripts/step.sh TEXT COMMAND…`.
step() {
  local text=$1 began=$SECONDS log status=0
  shift
  log=$(mktemp)
  printf '%s … ' "$text"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status == 0)); then
    echo "$((SECONDS - began)) s"
  else
    echo "failed after $((SECONDS - began)) s"
    cat "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || step "$@"
