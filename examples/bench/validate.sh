#!/usr/bin/env bash
# casebook validate beside a general validator of YAML by JSON Schema (ajv with js-yaml, told that times are
# texts): the same files, the schemas that casebook schema prints. Some minutes. See README.md beside this file.
set -euo pipefail

casebook=${CASEBOOK:-casebook}
cases=${BENCH_CASES:-100000}
rounds=${BENCH_ROUNDS:-3} # of which the median counts
for program in "$casebook" node npm; do
	command -v "$program" >/dev/null || { echo "bench: $program is not installed"; exit 3; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

npm install --silent --no-audit --no-fund ajv@8.20.0 js-yaml@4.1.0 >npm.log 2>&1 || { cat npm.log; exit 3; }
mkdir schemas
for kind in book customer mitigator case pattern; do "$casebook" schema "$kind" >"schemas/$kind.json"; done
cat >judge.js <<'END'
const fs = require('fs'), path = require('path'), yaml = require('js-yaml')
const ajv = new (require('ajv'))({strict: false, allErrors: true, validateFormats: false})
const by = {}
for (const kind of ['book', 'customer', 'mitigator', 'case', 'pattern'])
	by[kind] = ajv.compile(JSON.parse(fs.readFileSync(path.join('schemas', kind + '.json'))))
const kindOf = file => file === 'book/casebook.yaml' ? 'book' : file.endsWith('/customer.yaml') ? 'customer' :
	file.includes('/mitigators/') ? 'mitigator' : file.includes('/cases/') ? 'case' : 'pattern'
let files = 0, wrong = 0
for (const entry of fs.readdirSync('book', {recursive: true, withFileTypes: true})) {
	const file = path.join(entry.parentPath, entry.name)
	if (!entry.isFile() || !file.endsWith('.yaml') || file.includes('/.')) continue
	const valid = by[kindOf(file)]
	files++
	if (!valid(yaml.load(fs.readFileSync(file, 'utf8'), {schema: yaml.JSON_SCHEMA}))) {
		wrong++
		console.log(file, valid.errors)
	}
}
console.log(`${files} files, ${wrong} wrong`)
END

export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.com GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.com
"$casebook" --quiet init book >/dev/null
"$casebook" --quiet -C book customer add acme --company Acme >/dev/null
"$casebook" --quiet -C book mitigator add acme tm-01 >/dev/null
mkdir -p book/customers/acme/cases/2026-{01..10} book/customers/acme/patterns
# every tenth case has an entry
seq "$cases" | sed -n '0~10p' | awk '{ print "book/customers/acme/patterns/" NR }' | xargs -r mkdir
seq "$cases" | awk '{
	month = sprintf("%02d", 1 + $1 % 10); day = sprintf("%02d", 1 + $1 % 28)
	key = "2026" month day "-ws-" $1
	file = "book/customers/acme/cases/2026-" month "/" key ".yaml"
	printf "case_id: \"1-%d\"\nstatus: %s\nendpoint: ws-%d\nmitigation_server: tm-01\nreceived: 2026-%s-%sT09:12:00Z\n", $1, $1 % 10 ? "new-case-received" : "mitigator-notified", $1, month, day >file
	printf "updated: 2026-%s-%sT10:40:12Z\nforensic_data:\n  file: ws-%d.zip\n  size: 48211\n  sha256: a%063x\n", month, day, $1, $1 >file
	close(file)
	if ($1 % 10 == 0) {
		file = "book/customers/acme/patterns/" $1 / 10 "/pattern.yaml"
		printf "type: smart-scan\nversion: \"1.%d\"\ndescription: for ws-%d\nuploaded: 2026-%s-%sT10:40:12Z\nuploaded_by: Jane Doe <jane@acme.example>\ntarget:\n  case: %s\n", $1, $1, month, day, key >file
		close(file)
	}
}'

# measure WHAT COMMAND…: appends seconds and CPU seconds to WHAT; the command must find nothing wrong.
measure() {
	local what=$1 TIMEFORMAT='%R %U %S'
	shift
	{ time "$@" >"$what.said" 2>&1; } 2>"$what.time" || { tail -n 5 "$what.said"; exit 1; }
	awk '{ print $1, $2 + $3 }' "$what.time" >>"$what.times"
}
for _ in $(seq "$rounds"); do
	measure ours "$casebook" --quiet -C book validate
	measure theirs node judge.js
done
tail -n 1 theirs.said | grep -q ' 0 wrong' || { tail -n 20 theirs.said; exit 1; }

# median FILE COLUMN
median() { awk -v c="$2" '{ print $c }' "$1" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
printf '%-32s %10s %10s  %s\n' "$(tail -n 1 theirs.said | cut -d, -f1)" casebook ajv ratio
for row in "1 seconds" "2 CPU seconds"; do
	a=$(median ours.times "${row%% *}")
	b=$(median theirs.times "${row%% *}")
	awk -v words="${row#* }" -v a="$a" -v b="$b" 'BEGIN { printf "%-32s %10.2f %10.2f  %.2f\n", words, a, b, a / b }'
done
