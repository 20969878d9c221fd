#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Completion: what bash offers behind a beginning. And the editors' grammar: every keyword of the program is in it.
# usage: completion.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
export SANDBANK_HOME="$source" LANG=C.UTF-8
sandbank() { "$program" "$@"; }
# shellcheck source=/dev/null
. "$source/completions/sandbank.bash"
cd "$folder" || exit 1
: >"$folder/some.charter"
passed=0
failed=0

# offers WORD LINE...: completing the last word of the line offers that word.
offers() {
    local word=$1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _sandbank
    local offered
    for offered in "${COMPREPLY[@]}"; do
        if [ "$offered" = "$word" ]; then
            passed=$((passed + 1))
            return 0
        fi
    done
    failed=$((failed + 1))
    echo "FAILED '$*' offers: ${COMPREPLY[*]:-nothing}; expected $word"
}

# offers_not WORD LINE...: it does not.
offers_not() {
    local before=$failed
    offers "$@" >/dev/null
    if [ "$failed" -gt "$before" ]; then
        failed=$before
        passed=$((passed + 1))
    else
        passed=$((passed - 1))
        failed=$((failed + 1))
        echo "FAILED $1 is offered and should not be: ${*:2}"
    fi
}

for command in charter synth import run verify journal explain replay key; do
    offers "$command" sandbank "${command:0:2}"
done
offers_not charter sandbank re
offers replay sandbank ''
offers diff sandbank charter d
offers dump sandbank journal ''
offers_not dump sandbank charter ''
offers --json sandbank charter check --j
offers --upper sandbank charter check --
offers --law-at sandbank replay folder --law
offers_not --law-at sandbank verify --l
offers vi sandbank run --lang ''
offers one-step sandbank replay folder --mode o
offers vn/mobile-money sandbank run folder --charter vn/
offers vn/mobile-money sandbank charter show vn
offers some.charter sandbank charter show so

# The grammar is JSON, and holds every keyword in both languages as a whole alternative.
grammar="$source/editors/charter.tmLanguage.json"
if command -v python3 >/dev/null; then
    if python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$grammar"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $grammar is not JSON"
    fi
fi
missing=
count=0
while IFS='|' read -r _ english vietnamese _; do
    for keyword in "$english" "$vietnamese"; do
        keyword=${keyword# }
        keyword=${keyword% }
        count=$((count + 1))
        grep -q -F -e "|$keyword|" "$grammar" || missing="$missing '$keyword'"
    done
done < <("$program" charter keywords | tail -n +3)
if [ -z "$missing" ] && [ "$count" -gt 200 ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED of $count keywords these are not in the grammar:$missing"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
