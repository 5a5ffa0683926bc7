#!/usr/bin/env bash
# Tests the session API of a running server, and stops at the first unexpected response:
#   [TOKEN=…] scripts/test-session-api.sh [BASE_URL] [DB_ID]
# Works with this service and with a Python AgentOS. DB_ID is needed with AGNO_REQUIRE_DB_ID and several databases, TOKEN
# (a security key or token) where the server requires one.
# Needs bash, curl and jq. Deletes the session that it created, also after a failure.
set -euo pipefail

base_url="${1:-http://localhost:8080}"
base_url="${base_url%/}"
db_id="${2:-}"
session_id="smoke-$(date +%s)-$$"
user_id="smoke-user"
export SMOKE_ID="$session_id" SMOKE_USER="$user_id" # for jq
response="$(mktemp)"
status=""

for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "test-session-api.sh: $tool is not installed" >&2; exit 2; }
done

# The file that it prints keeps the token out of the list of processes.
curl_options() {
  [[ -z "${TOKEN:-}" ]] || printf 'header = "Authorization: Bearer %s"\n' "$TOKEN"
}

finish() {
  rm -f "$response"
  curl --config <(curl_options) --silent --output /dev/null --max-time 10 --request DELETE "$(url "/sessions/$session_id")" || true
}
trap finish EXIT

# url PATH: the URL of a path, with db_id if one is given.
url() {
  local path="$1" separator='?'
  [[ "$path" == *\?* ]] && separator='&'
  [[ -n "$db_id" ]] && path="$path${separator}db_id=$db_id"
  printf '%s%s' "$base_url" "$path"
}

# call METHOD PATH [BODY]: stores the status in $status and the body in the file $response.
call() {
  local body=()
  [[ $# -ge 3 ]] && body=(--header 'content-type: application/json' --data "$3")
  if ! status="$(curl --config <(curl_options) --silent --show-error --max-time 30 --output "$response" --write-out '%{http_code}' \
    --request "$1" "${body[@]}" "$(url "$2")")"; then
    fail "$1 $2" "no response from $base_url"
  fi
}

fail() {
  printf 'FAILED  %s\n        %s\n' "$1" "$2" >&2
  [[ -s "$response" ]] && printf '        response: %s\n' "$(head -c 600 "$response")" >&2
  exit 1
}

# expect NAME STATUS [JQ-CONDITION]: checks the last response.
expect() {
  [[ "$status" == "$2" ]] || fail "$1" "expected status $2, got $status"
  if [[ $# -ge 3 ]] && ! jq --exit-status "$3" "$response" >/dev/null 2>&1; then
    fail "$1" "expected $3"
  fi
  printf 'ok      %s\n' "$1"
}

call GET /healthz
if [[ "$status" == 404 ]]; then
  call GET /health
  expect 'health (without /healthz)' 200 '.status == "ok"'
else
  expect 'health' 200 '.status == "ok"'
fi

call GET '/sessions?limit=5&page=1'
expect 'list' 200 '(.data | type == "array" and length <= 5) and .meta.page == 1 and .meta.limit == 5'

call GET '/sessions?limit=0'
expect 'list rejects limit=0' 422 '.detail[0].loc == ["query", "limit"]'

call POST '/sessions?type=agent' "$(jq --null-input --compact-output \
  '{session_id: env.SMOKE_ID, user_id: env.SMOKE_USER, agent_id: "smoke-agent", session_name: "Smoke", session_state: {step: 1}}')"
expect 'create' 201 '.session_id == env.SMOKE_ID and .session_name == "Smoke" and .session_state == {step: 1}'

call POST '/sessions?type=agent' "{\"session_id\": \"$session_id\"}"
expect 'creating it again is a conflict' 409 '.detail | contains("already exists")'

call GET "/sessions?user_id=$user_id&type=agent&session_name=smok&limit=100"
expect 'list contains it' 200 'any(.data[]; .session_id == env.SMOKE_ID and .session_type == "agent" and .user_id == env.SMOKE_USER)'

call GET "/sessions/$session_id"
expect 'detail' 200 '.agent_session_id == env.SMOKE_ID and .agent_id == "smoke-agent" and .chat_history == []'

call POST "/sessions/$session_id/rename" '{"session_name": "Smoke, renamed"}'
expect 'rename' 200 '.session_name == "Smoke, renamed"'

call PATCH "/sessions/$session_id" '{"metadata": {"smoke": true}, "session_state": {"step": 2}}'
expect 'update' 200 '.metadata == {smoke: true} and .session_state == {step: 2} and .session_name == "Smoke, renamed"'

call GET "/sessions/$session_id"
expect 'detail shows both' 200 '.session_name == "Smoke, renamed" and .metadata == {smoke: true}'

call GET "/sessions/$session_id/runs"
expect 'runs' 200 '. == []'

call GET "/sessions/$session_id/run-previews"
expect 'run previews' 200 '. == []'

call GET "/sessions/$session_id/runs/no-such-run"
expect 'an unknown run' 404

call DELETE "/sessions/$session_id"
expect 'delete' 204

call GET "/sessions/$session_id"
expect 'detail after delete' 404 '.detail | contains("not found")'

call GET "/sessions?user_id=$user_id&session_name=smoke&limit=100"
expect 'list after delete' 200 'all(.data[]; .session_id != env.SMOKE_ID)'

call DELETE '/sessions' "{\"session_ids\": [\"$session_id\"], \"session_types\": [\"agent\"]}"
expect 'bulk delete of a deleted session' 204

printf 'The session API of %s works.\n' "$base_url"
