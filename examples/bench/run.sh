#!/usr/bin/env bash
# casebook serve beside nginx, with the same bytes, one core each where there are two: polls that are answered 304,
# also on thousands of connections, a compressed list of 10 KB, downloads of 64 MB. Loopback only; about a minute and a
# half. See README.md beside this file.
set -euo pipefail

casebook=${CASEBOOK:-casebook}
seconds=${BENCH_SECONDS:-2} # of one measurement
rounds=${BENCH_ROUNDS:-3}   # of which the median counts
many=${BENCH_MANY:-10000}   # connections at once, or as many as there may be files
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt $((many + 200)) ] || many=$(($(ulimit -n) - 200))
for program in "$casebook" nginx wrk curl; do
	command -v "$program" >/dev/null || { echo "bench: $program is not installed"; exit 3; }
done
work=$(mktemp -d)
pids=()
leave() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM
cd "$work"

# on CORE COMMAND…: on one core, if there are two.
on() {
	local core=$1
	shift
	if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$core" "$@"; fi
	exec "$@"
}

export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.com GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.com
book() { "$casebook" --quiet -C book "$@" >/dev/null; }
"$casebook" --quiet init book >/dev/null
book customer add acme --company Acme
token=$("$casebook" --quiet -C book mitigator add acme tm-01 | tail -n 1)
base64 -d >evidence.zip <<<UEsDBBQAAAAAAAAAIQBDvrfoAQAAAAEAAAABAAAAYWFQSwECFAMUAAAAAAAAACEAQ7636AEAAAABAAAAAQAAAAAAAAAAAAAAgAEAAAAAYVBLBQYAAAAAAQABAC8AAAAgAAAAAAA= # a zip of one byte
book case receive acme --endpoint ws-1 --mitigator tm-01 --forensics evidence.zip
key=$(basename book/customers/acme/cases/*/*.yaml .yaml)
for n in $(seq 54); do
	book pattern specify "$key" --type smart-scan --version "$n" --description "$(head -c 180 /dev/urandom | base64 -w 0)"
done
head -c 64M /dev/urandom >big.bin
book pattern upload "$key" big.bin --type bandage --version 1 --description big

GOMAXPROCS=1 on 0 "$casebook" -C book serve --listen 127.0.0.1:0 --console 127.0.0.1:0 --rate 0 2>said &
pids+=($!)
for _ in $(seq 100); do
	ours=$(sed -n 's/.*mitigators on \(http[^,]*\),.*/\1/p' said)
	[ -n "$ours" ] && curl -sfo /dev/null -H "Authorization: Bearer $token" "$ours/v1/patterns" && break
	sleep 0.1
done
ask() { curl -sf -H "Authorization: Bearer $token" "$@"; }
mkdir html
ask "$ours/v1/patterns" >html/list.json
ask -H 'Accept-Encoding: gzip' "$ours/v1/patterns" >html/list.json.gz
ln big.bin html/big.bin 2>/dev/null || cp big.bin html/

port=$((20000 + RANDOM % 20000))
cat >nginx.conf <<END
daemon off; master_process off; worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections $((many + 100)); }
http {
	access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; gzip_static on; open_file_cache max=100;
	default_type application/octet-stream;
	client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
	uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
	server { listen 127.0.0.1:$port backlog=4096; root $work/html; }
}
END
on 0 nginx -p "$work" -c "$work/nginx.conf" 2>/dev/null &
pids+=($!)
theirs=http://127.0.0.1:$port
for _ in $(seq 100); do
	curl -sfo /dev/null "$theirs/list.json" && break
	sleep 0.1
done

# tag WHERE…: the ETag that is answered.
tag() { ask -o /dev/null -D - "$@" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p'; }
# ticks PID: the CPU time a process has had.
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }

# measure WHAT PID CONNECTIONS URL HEADER…: appends requests a second, MB a second, CPU seconds
# per GB and CPU microseconds per request to WHAT.
measure() {
	local what=$1 pid=$2 connections=$3 url=$4 before said
	shift 4
	before=$(ticks "$pid")
	said=$(on 1 wrk -t1 -c"$connections" -d"$((connections > 1000 ? 4 * seconds : seconds))s" --timeout 20s -H "Authorization: Bearer $token" "$@" "$url")
	if grep -q 'Non-2xx' <<<"$said"; then echo "bench: $what is not answered as it should be: $said"; exit 1; fi
	awk -v ticks=$(($(ticks "$pid") - before)) -v hertz="$(getconf CLK_TCK)" '
		function bytes(s) { return s * (s ~ /GB/ ? 2 ^ 30 : s ~ /MB/ ? 2 ^ 20 : s ~ /KB/ ? 2 ^ 10 : 1) }
		/requests in/ { answers = $1; read = bytes($5) }
		/Requests\/sec/ { requests = $2 }
		/Transfer\/sec/ { rate = bytes($2) }
		END { cpu = ticks / hertz; printf "%.0f %.0f %.3f %.1f\n", requests, rate / 1e6, cpu / (read / 1e9), cpu * 1e6 / answers }' <<<"$said" >>"$what"
}
# median FILE COLUMN
median() { awk -v c="$2" '{ print $c }' "$1" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# row WORDS UNIT FILE COLUMN: a line of the table; both values, and ours to theirs.
row() {
	local a b
	a=$(median "ours.$3" "$4")
	b=$(median "theirs.$3" "$4")
	awk -v words="$1" -v unit="$2" -v a="$a" -v b="$b" \
		'BEGIN { printf "%-26s %12s %12s  %-8s %s\n", words, a, b, unit, (b ? sprintf("%.2f", a / b) : "-") }'
}

ourTag=$(tag "$ours/v1/patterns")
theirTag=$(tag "$theirs/list.json")
file=$(sha256sum big.bin | cut -d' ' -f1)
for _ in $(seq "$rounds"); do
	measure ours.polls "${pids[0]}" 64 "$ours/v1/patterns" -H "If-None-Match: $ourTag"
	measure theirs.polls "${pids[1]}" 64 "$theirs/list.json" -H "If-None-Match: $theirTag"
	measure ours.many "${pids[0]}" "$many" "$ours/v1/patterns" -H "If-None-Match: $ourTag"
	measure theirs.many "${pids[1]}" "$many" "$theirs/list.json" -H "If-None-Match: $theirTag"
	measure ours.lists "${pids[0]}" 64 "$ours/v1/patterns" -H 'Accept-Encoding: gzip'
	measure theirs.lists "${pids[1]}" 64 "$theirs/list.json" -H 'Accept-Encoding: gzip'
	measure ours.files "${pids[0]}" 4 "$ours/v1/files/$file"
	measure theirs.files "${pids[1]}" 4 "$theirs/big.bin"
done
printf '%-26s %12s %12s  %-8s %s\n' "" casebook nginx "" ratio
row 'polls answered 304' req/s polls 1
row 'CPU of polls' us/req polls 4
row "polls, $many connections" req/s many 1
row "CPU of these" us/req many 4
row "lists, $(($(wc -c <html/list.json.gz) / 1000)) KB of gzip" req/s lists 1
row 'downloads of 64 MB' MB/s files 2
row 'CPU of downloads' s/GB files 3
