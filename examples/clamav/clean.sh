#!/usr/bin/env bash
# The custom cleanup of an endpoint, as Threat Management Agent would run it: scan the folder with the
# pattern (a ClamAV signature database), remove what it finds, scan again. The last line is the result,
# in the words of the threat event logs; casebook mitigate reports it.
#
#   clean.sh FOLDER PATTERN
set -euo pipefail
folder=$1 pattern=$2

scan() { clamscan --database="$pattern" --recursive --infected --no-summary "$@" "$folder"; }

found=0
scan --remove=yes || found=$?
if [ "$found" -eq 0 ]; then
	echo "Scanned endpoint: No threat found"
elif [ "$found" -eq 1 ] && scan; then
	echo "Resolved threats: All threats resolved"
else
	echo "Unsuccessful: clamscan ended with exit code $found"
	exit 1
fi
