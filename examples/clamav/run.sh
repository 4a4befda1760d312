#!/usr/bin/env bash
# A real cleanup, from evidence to closed case: see README.md beside this file. Everything happens in a
# temporary folder. Ends with 0 only if every check held.
set -euo pipefail
exec 2>&1 # one stream, so that commands stand above what they say

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
server=
leave() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM

fail() { echo "clamav example: $*"; exit 1; }
step() { printf '\n== %s ==\n' "$*"; }

# check WORDS COMMAND…: the command has to succeed.
check() {
	local words=$1
	shift
	"$@" || fail "not so: $words"
	echo "ok: $words"
}

# eventually WORDS COMMAND…: the command has to succeed within twenty seconds.
eventually() {
	local words=$1
	shift
	for _ in $(seq 200); do
		if "$@"; then
			echo "ok: $words"
			return
		fi
		sleep 0.1
	done
	fail "still not so: $words"
}

for program in clamscan sigtool curl git; do
	command -v "$program" >/dev/null || fail "$program is not installed"
done
casebook=${CASEBOOK:-}
if [ -z "$casebook" ]; then
	casebook=$work/casebook
	(cd "$here/../.." && go build -o "$casebook" .)
fi

# casebook VERB…: the program at work in the casebook, shown as it is typed.
casebook() {
	printf '$ casebook %s\n' "$*" >&2
	"$casebook" -C "$work/book" "$@"
}

export GIT_AUTHOR_NAME="Jane Doe" GIT_AUTHOR_EMAIL=jane@acme.example
export GIT_COMMITTER_NAME="Jane Doe" GIT_COMMITTER_EMAIL=jane@acme.example
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null

step "An endpoint with a threat on it"
# The EICAR test file is made from two halves, so that no scanner takes this script for it.
endpoint=$work/ws-017
mkdir "$endpoint"
printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-' 'ANTIVIRUS-TEST-FILE!$H+H*' >"$endpoint/invoice.com"
echo "an ordinary document" >"$endpoint/report.txt"
cp "$endpoint/report.txt" "$work/report.before"
ls -l "$endpoint"

step "Forensic data, encrypted and packed as the agent does it"
if command -v zip >/dev/null; then
	(cd "$work" && zip -q -r -P infected ws-017.zip ws-017)
else
	(cd "$work" && python3 -m zipfile -c ws-017.zip ws-017/)
fi
ls -l "$work/ws-017.zip"

step "A casebook, a customer and its Threat Mitigator"
mkdir "$work/book"
casebook init
casebook customer add acme --company "Acme Corp."
casebook mitigator add acme tm-01 >"$work/tm-01.token"
printf 'Authorization: Bearer %s\n' "$(cat "$work/tm-01.token")" >"$work/tm-01.header"

step "The server"
"$casebook" -C "$work/book" serve --listen 127.0.0.1:0 --console 127.0.0.1:0 --tick 1s 2>"$work/serve.log" &
server=$!
answering() { grep -q 'answering mitigators on http://' "$work/serve.log" || ! kill -0 "$server" 2>/dev/null; }
eventually "the server says where it answers" answering
url=$(sed -n 's|.*answering mitigators on \(http://[0-9.:]*\).*|\1|p' "$work/serve.log")
[ -n "$url" ] || { cat "$work/serve.log"; fail "the server did not start"; }
echo "$url"

list() { curl -sS --max-time 10 -H @"$work/tm-01.header" "$url/v1/patterns"; }
entries() { [ "$(list | grep -o '"id":' | wc -l)" -eq "$1" ]; }
nothing_listed() { list | grep -q '"patterns":\[\]'; }
eventually "its list is empty" nothing_listed

step "The case: receive, download, identify"
case=$(casebook -q case receive acme --endpoint ws-017 --mitigator tm-01 --forensics "$work/ws-017.zip")
casebook case download "$case" -o "$work/to-the-vendor.zip"
check "the vendor gets the forensic data bit by bit" cmp "$work/ws-017.zip" "$work/to-the-vendor.zip"
casebook case identify "$case" --case-id 1-10293847

step "The vendor's answer: a bandage pattern, which is a ClamAV signature database"
signature=$(printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-' 'ANTIVIRUS-TEST-FILE!$H+H*' | sigtool --hex-dump)
printf 'Bandage.ws-017:0:*:%s\n' "$signature" >"$work/bandage.ndb"
casebook pattern upload "$case" "$work/bandage.ndb" --type bandage --version 6.123.45 --description "for ws-017"
eventually "the server lists the pattern" entries 1

step "Threat Mitigator pulls the pattern, cleans the endpoint and reports"
# mitigate COMMAND: one pass of the reference Threat Mitigator, which applies patterns with the command.
mitigate() {
	casebook mitigate --once --server "$url" --token-file "$work/tm-01.token" --dir "$work/tm-01" --exec "$1"
}
mitigate "'$here/clean.sh' '$endpoint' {}"
check "the threat is gone" test ! -e "$endpoint/invoice.com"
check "the document is untouched" cmp "$work/report.before" "$endpoint/report.txt"
applied() { "$casebook" -C "$work/book" pattern list acme --status applied --output json | grep -q '"status": "applied"'; }
eventually "the receipt is in git" applied
casebook pattern list acme
casebook pattern show acme/1
check "with the cleanup's result" grep -q 'All threats resolved' <("$casebook" -C "$work/book" pattern show acme/1)
mitigate "touch '$work/applied-again' {}"
check "a second pass applies nothing again" test ! -e "$work/applied-again"

step "Resolved, and the case is closed"
casebook pattern resolve acme/1
casebook case close "$case" --reason "custom pattern eliminated the threats on ws-017"
casebook case list acme
eventually "the server's list is empty again" nothing_listed

step "What git thinks of it"
kill "$server"
wait "$server" || fail "the server ended with exit code $?"
server=
check "the work tree is clean" test -z "$(git -C "$work/book" status --porcelain)"
check "git fsck finds nothing" test -z "$(git -C "$work/book" fsck --strict --no-dangling 2>&1)"
casebook validate
git -C "$work/book" log --oneline --all

echo
echo "the cleanup was real: every check held"
