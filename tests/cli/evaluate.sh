#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# evaluate: the panel that tests/unit/test_did.c works out by hand, as text in both languages, rows and JSON, and its mistakes by line.
# usage: evaluate.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES NO_COLOR
export LANG=C.UTF-8 SANDBANK_HOME="$source"
passed=0
failed=0
cd "$folder" || exit 3

check() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAILED $1"
    sed 's/^/  | /' "$folder/out" | head -n 20
}

# expect CODE TEXT ARGUMENT...: `sandbank evaluate` with the columns named ends with that code and says that text, on either stream.
expect() {
    code=$1
    text=$2
    shift 2
    status=0
    "$program" evaluate "$@" >"$folder/out" 2>&1 </dev/null || status=$?
    [ "$status" -eq "$code" ] && grep -q -e "$text" "$folder/out"
    check "evaluate $* (exit code $status, expected $code and: $text)" $?
}

columns='--unit unit --time time --outcome outcome --treated treated'
cp "$source/tests/fuzz/corpus/panel/hand" hand.csv
# shellcheck disable=SC2086
{
    "$program" evaluate hand.csv $columns
    echo
    "$program" evaluate hand.csv $columns --lang vi --controls not-yet
    echo
    "$program" evaluate hand.csv $columns --csv --seed 2
} >got 2>&1
[ -z "${UPDATE:-}" ] || cp got "$source/tests/golden/evaluate.txt"
diff -u "$source/tests/golden/evaluate.txt" got >"$folder/out" 2>&1
check evaluate.txt $?

# shellcheck disable=SC2086
{
    expect 0 '"kind": "att"' hand.csv $columns --json
    expect 0 'FEW CLUSTERS: 3 treated, 2 controls' hand.csv $columns --cluster cluster --weight weight --bootstrap 200
    expect 2 'expected a panel and its columns' hand.csv --unit unit
    expect 2 'neither never nor not-yet' hand.csv $columns --controls always
    expect 2 'at least 100 draws' hand.csv $columns --bootstrap 5
    expect 2 'exclude' hand.csv $columns --json --csv
    expect 3 "hand.csv:1: no column 'outcom'; nearest: outcome" hand.csv --unit unit --time time --outcome outcom --treated treated
    expect 3 'cannot read' nowhere.csv $columns
    printf 'unit,time,outcome,treated\na,1,1,2\na,2,x,2\n' >bad.csv
    expect 3 "bad.csv:3: column 'outcome': 'x' is not a decimal number" bad.csv $columns
    printf 'unit,time,outcome,treated\na,1,1,2\na,2,1\n' >bad.csv
    expect 3 'bad.csv:3: 3 fields, but the head has 4' bad.csv $columns
    printf 'unit,time,outcome,treated\na,1,1,2\na,2,1,3\n' >bad.csv
    expect 3 "bad.csv: line 3: unit 'a' has another first treated period than on line 2" bad.csv $columns
    printf 'unit,time,outcome,treated\na,1,1,2\na,2,1,2\n' >bad.csv
    expect 3 'no untreated unit' bad.csv $columns
}

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
