#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A pilot with fees from the first event to what-if: run, verify, explain, statement, both replays, whose figures were
# worked out by hand.
# usage: fees.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
export SANDBANK_HOME="$2" LANG=C.UTF-8
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
cd "$folder" || exit 1
passed=0
failed=0

# says TEXT COMMAND...: the program's answer holds the text; runs of blanks are one.
says() {
    local text=$1 answer
    shift
    answer=$(timeout 60 "$program" "$@" 2>&1 | tr -s ' \n' ' ')
    if [[ "$answer" == *"$text"* ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf "FAILED '%s' says '%s'; got:\n%s\n" "$*" "$text" "$answer"
    fi
}

# law NAME FEE: a pot of 1 000 a month, and a fee that counts.
law() {
    cat >"$1.charter" <<LAW
charter "$1"
unit VND
kind top to holder
kind pay from holder
allow all
limit m: sum of pay, each month, at most 1 000
fee pay: $2, counted, returned on reversal
LAW
}
law cheap 10
law dear 300
cat >events.txt <<EVENTS
2025-03-01T08:00 open house class=provider provider=a flags=free
2025-03-01T08:00 open alice class=subscriber provider=a
2025-03-01T08:00 open shop class=merchant provider=a
2025-03-01T08:01 top 2 000 from house to alice
2025-03-01T08:02 pay 400 from alice to shop id=p1
2025-03-01T08:03 pay 400 from alice to shop id=p2
2025-03-01T08:04 reverse p1 400
2025-03-01T08:05 pay 500 from alice to shop id=p3
2025-03-01T08:06 pay 400 from alice to shop id=p4
EVENTS

says "refused 1 400 the charter refuses it" run pilot --charter cheap.charter events.txt
says "debits equal credits" verify pilot
says "Fee: 10 VND" explain pilot p3
says "used 410 VND asked 510 VND" explain pilot p3
says "-500 -10 1 080" statement pilot alice
says "B is dearer for the payer, amounts from 1 on: on 1 it pays 10 in A and 300 in B" charter diff cheap.charter dear.charter

# One step: money moves by the fees of 10 that were recorded; with 300 each, 700 + 700 and (700 back) 700 + 800 are too much.
says "passed, now refused or asked 2 900 VND" replay pilot --charter dear.charter --mode one-step
# Whole run: 700; 1 400 is too much; 700 back; 800; 1 500 is too much, as it was.
says "passed, now refused or asked 1 400 VND" replay pilot --charter dear.charter --mode whole-run
# The law that was recorded gives what was recorded, and its own state.
says "passed, now refused or asked 0 0 VND" replay pilot --charter cheap.charter --mode one-step
says "passed, now refused or asked 0 0 VND" replay pilot --charter cheap.charter --mode whole-run

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
