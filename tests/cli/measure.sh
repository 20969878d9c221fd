#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# measure: a small pilot whose figures can be counted on one's fingers, as text in both languages, rows, JSON and a panel.
# usage: measure.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES NO_COLOR
export LANG=C.UTF-8 SANDBANK_HOME="$source"
passed=0
failed=0

check() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAILED $1"
    sed 's/^/  | /' "$folder/out" | head -n 20
}

# expect CODE TEXT ARGUMENT...: the program ends with that code and says that text, on either stream.
expect() {
    code=$1
    text=$2
    shift 2
    status=0
    "$program" "$@" >"$folder/out" 2>&1 </dev/null || status=$?
    [ "$status" -eq "$code" ] && grep -q -e "$text" "$folder/out"
    check "sandbank $* (exit code $status, expected $code and: $text)" $?
}

# golden NAME ARGUMENT...: what the program prints is tests/golden/NAME. A journal's id is drawn by lot, and left out.
golden() {
    name=$1
    shift
    "$program" "$@" 2>&1 | sed -E 's/[0-9a-f]{32}/JOURNAL/' >"$folder/got"
    [ -z "${UPDATE:-}" ] || cp "$folder/got" "$source/tests/golden/$name"
    diff -u "$source/tests/golden/$name" "$folder/got" >"$folder/out" 2>&1
    check "$name" $?
}

# Each figure below can be checked against these lines by hand.
cat >"$folder/pilot.charter" <<'C'
charter "Counted pilot"
unit VND
clock +07:00
territory vn
kind cash-in to holder
kind payment from holder
instrument D1 "Decision 1" signed 2025-01-01
allow all by D1 "I"
limit month: sum of payment per account, each calendar month, at most 1 000 by D1 "II"
measure rural-share: accounts active in 30 days where payer.place is rural / accounts active in 30 days by D1
goal rural-share at least 60 % on 2025-07-20 by D1
safeguard refused: suspend payment when refusals / attempts in 30 days over 20 % by D1 "III"
exposure: sum of balances of subscriber at most 12 000 by D1
participants at most 4 where payer.class is subscriber
invariant: guarantee at least sum of balances
C
cat >"$folder/pilot.events" <<'C'
2025-05-01T08:00 open bank class=guarantee flags=free
2025-05-01T08:00 open kiosk class=agent flags=free place=commune:16063
2025-05-01T08:00 open shop class=merchant place=commune:00001
2025-05-01T08:00 open an class=subscriber person=p1 place=commune:16063 sex=female birth-year=1990 provider=one
2025-05-01T08:00 open binh class=subscriber person=p2 place=commune:16063 sex=male birth-year=2003 provider=one
2025-05-01T08:00 open chi class=subscriber person=p3 place=commune:00001 sex=female provider=two
2025-05-02T09:00 cash-in 5 000 from kiosk to an id=c1
2025-05-02T09:00 cash-in 5 000 from kiosk to binh id=c2
2025-06-20T09:00 cash-in 1 000 from kiosk to chi id=c3
2025-06-20T09:05 payment 600 from an to shop id=e1
2025-06-20T09:06 payment 600 from an to shop id=e2
2025-06-20T09:06 payment 600 from an to shop id=e2
2025-06-25T09:07 payment 400 from chi to shop id=e3
2025-07-02T08:00 open dung class=subscriber person=p4 place=commune:10606 sex=male birth-year=1960 provider=one
2025-07-05T09:07 payment 100 from an to shop id=e4
2025-07-25T10:00 payment 50 from binh to shop id=e5
C
"$program" run "$folder/journal" --charter "$folder/pilot.charter" "$folder/pilot.events" >"$folder/out" 2>&1
[ $? -le 1 ] # 1: one payment is refused
check 'the pilot runs' $?

golden measure.txt measure "$folder/journal"
golden measure-june.vi measure "$folder/journal" --at 2025-06-30 --lang vi
golden measure-area.csv measure "$folder/journal" --by area --csv
golden measure-sentence.txt measure "$folder/journal" --by sentence --days 60
golden measure-panel.csv measure "$folder/journal" --panel active --starts 38=2025-06

# The JSON without the texts, which the document has.
"$program" measure "$folder/journal" --json --by tier | sed -E -e 's/[0-9a-f]{32}/JOURNAL/' -e '/"(title|definition|numerator|denominator)_(en|vi)"/d' >"$folder/got"
[ -z "${UPDATE:-}" ] || cp "$folder/got" "$source/tests/golden/measure.json"
diff -u "$source/tests/golden/measure.json" "$folder/got" >"$folder/out" 2>&1
check measure.json $?

# A province of 2025-06-30 is a part of one of 2025-07-01: what happened there stands in the new one.
expect 0 '2025-07-25,accounts,accounts,,2025-07-01,province,38,Tỉnh Thanh Hóa,2,,2,2,,' measure "$folder/journal" --by province --csv

# The words of the vocabulary are the document's.
"$program" measure "$folder/journal" --json | sed -n 's/^      "name": "\(.*\)",$/\1/p' | sort >"$folder/names"
# shellcheck disable=SC2016
sed -n 's/^| `\([a-z0-9-]*\)` | .* | .* | .* | .* |$/\1/p' "$source/docs/measures.md" | sort >"$folder/documented"
diff "$folder/names" "$folder/documented" >"$folder/out"
check 'docs/measures.md lists the vocabulary' $?

# Denominators that somebody gives, and mistakes in them.
printf 'province,adults\n38,2 900 000\n01,6500000\n' >"$folder/adults.csv"
expect 0 'Active points per 100 000 adults, 30 days .* 1 / 9 400 000' measure "$folder/journal" --adults "$folder/adults.csv" --at 2025-06-30
printf 'province,adults\n38,many\n' >"$folder/adults.csv"
expect 3 'adults.csv:2: expected a province' measure "$folder/journal" --adults "$folder/adults.csv"
printf 'code,adults\n' >"$folder/adults.csv"
expect 3 "adults.csv:1: expected a head" measure "$folder/journal" --adults "$folder/adults.csv"

# Few people are not shown where that is asked for.
expect 0 'fewer than 5' measure "$folder/journal" --suppress --by sex

sed 's/rural-share at least 60/rural-share at least 70/' "$folder/pilot.charter" >"$folder/other.charter"
expect 0 'goal rural-share at least 70 %' measure "$folder/journal" --charter "$folder/other.charter"

# Misuse.
expect 2 'which journal' measure
expect 2 "nearest: province" measure "$folder/journal" --by provinces
expect 2 'is not a date' measure "$folder/journal" --at soon
expect 2 'exclude' measure "$folder/journal" --json --csv
expect 2 'nearest: active' measure "$folder/journal" --panel activ
expect 2 'neither month nor week' measure "$folder/journal" --panel active --period year
expect 2 'expected PROVINCE=PERIOD' measure "$folder/journal" --panel active --starts 38
expect 3 'not counted by province' measure "$folder/journal" --panel rural-gap
expect 3 'nothing has happened' measure "$folder/journal" --at 2020-01-01
expect 3 '' measure "$folder/nowhere"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
