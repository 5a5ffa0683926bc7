#!/usr/bin/env bash
# Runs an installed proxy in the foreground as one gateway for AgentOS and the session service:
#   run.sh nginx|haproxy|caddy --sessions URL [--sessions URL …] --agentos URL --port N
# The configuration is the file beside this one, with these addresses in place of 127.0.0.1:8080, 127.0.0.1:7777 and 8000.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  printf 'run.sh: %s\n' "$1" >&2
  exit 2
}

# address URL: host and port of it, 80 by default
address() {
  local pattern='^http://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?/?$'
  [[ $1 =~ $pattern ]] || fail "not a URL such as http://127.0.0.1:8080: $1"
  printf '%s%s' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]:-:80}"
}

proxy=${1:-}
case $proxy in
  nginx) file=nginx.conf ;;
  haproxy) file=haproxy.cfg ;;
  caddy) file=Caddyfile ;;
  *) fail 'usage: run.sh nginx|haproxy|caddy --sessions URL [--sessions URL …] --agentos URL --port N' ;;
esac
shift
sessions=() agentos='' port=''
while (($#)); do
  (($# > 1)) || fail "a value is missing: $1"
  case $1 in
    --sessions) sessions+=("$(address "${2:-}")") ;;
    --agentos) agentos=$(address "${2:-}") ;;
    --port) port=${2:-} ;;
    *) fail "unknown option: $1" ;;
  esac
  shift 2
done
((${#sessions[@]})) || fail '--sessions URL is missing'
[[ -n $agentos ]] || fail '--agentos URL is missing'
[[ $port =~ ^[0-9]+$ ]] || fail '--port N is missing'

PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v "$proxy" >/dev/null || fail "$proxy is not installed. On Debian or Ubuntu: apt-get install $proxy. On macOS: brew install $proxy."

# The workers of nginx have another user when it is started by root.
folder=$(mktemp -d)
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
# A line with the address of the session service is written once for each service.
awk -v sessions="${sessions[*]}" -v agentos="$agentos" -v port="$port" '
  BEGIN { count = split(sessions, services, " ") }
  /^ *#/ { next }
  /127\.0\.0\.1:8080/ {
    for (i = 1; i <= count; i++) {
      line = $0
      gsub(/127\.0\.0\.1:8080/, services[i], line)
      sub(/instance-1/, "instance-" i, line)
      print line
    }
    next
  }
  { gsub(/8000/, port); gsub(/127\.0\.0\.1:7777/, agentos); print }
' "$here/$file" >"$folder/$file"

case $proxy in
  nginx) command=(nginx -p "$folder" -e stderr -g 'daemon off;' -c "$folder/$file") ;;
  haproxy) command=(haproxy -db -f "$folder/$file") ;;
  caddy)
    # Caddy stores its state below these folders. In Caddy 2.6, Debian's version, the buffer directives have other names.
    export XDG_CONFIG_HOME=$folder XDG_DATA_HOME=$folder
    if [[ $(caddy version) =~ ^v?2\.6\. ]]; then
      sed -Ei 's/(request|response)_buffers (.*)/buffer_\1s\n max_buffer_size \2/' "$folder/$file"
    fi
    command=(caddy run --adapter caddyfile --config "$folder/$file")
    ;;
esac
"${command[@]}" &
pid=$!
trap 'kill "$pid" 2>/dev/null' INT TERM
# A signal ends the first `wait`; the second one returns the status of the proxy.
wait "$pid" || wait "$pid"
