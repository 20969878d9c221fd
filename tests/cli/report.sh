#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# report: a pilot with months before its start, a goal that was amended, refusals and an alternative, as text, JSON and HTML.
# usage: report.sh PROGRAM SOURCE-FOLDER
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

# golden NAME ARGUMENT...: what the program prints is tests/golden/NAME; ids and hashes of the journal are left out.
golden() {
    name=$1
    shift
    "$program" "$@" 2>&1 | sed -E -e 's/[0-9a-f]{64}/HASH/g' -e 's/[0-9a-f]{32}/JOURNAL/g' >"$folder/got"
    [ -z "${UPDATE:-}" ] || cp "$folder/got" "$source/tests/golden/$name"
    diff -u "$source/tests/golden/$name" "$folder/got" >"$folder/out" 2>&1
    check "$name" $?
}

# A title that would be markup if anybody let it.
cat >first.charter <<'C'
charter "Pilot <script>alert(1)</script> & \"friends\""
unit VND
clock +07:00
kind cash-in to holder
kind payment from holder
instrument D1 "Decision 1" signed 2025-01-01
pilot runs 2025-06-01 onward by D1
allow all by D1 "I"
limit month: sum of payment per account, each calendar month, at most 1 000 until 2025-12-31 by D1 "II"
limit month: sum of payment per account, each calendar month, at most 5 000 from 2026-01-01 by D1 "II"
measure busy: accounts active in 30 days / accounts by D1
goal busy at least 60 % on 2025-08-31 by D1 "IV"
safeguard refused: suspend payment when refusals / attempts in 90 days over 50 % by D1
report monthly to SBV
C
sed 's/at least 60 %/at least 40 %/' first.charter >second.charter
i=0
{
    echo '2025-04-10T08:00 open kiosk class=agent flags=free'
    echo '2025-04-10T08:00 open shop class=merchant'
    while [ "$i" -lt 8 ]; do
        i=$((i + 1))
        echo "2025-04-10T08:00 open c$i class=subscriber person=p$i"
    done
    # Before the start everything is refused by the term; afterwards the limit refuses six payments of eight.
    for n in 1 2 3 4 5 6 7 8; do echo "2025-05-02T09:00 cash-in 9 000 from kiosk to c$n id=b$n"; done
    for n in 1 2 3 4 5 6 7 8; do echo "2025-06-02T09:00 cash-in 9 000 from kiosk to c$n id=i$n"; done
    for n in 1 2 3 4 5 6 7 8; do echo "2025-06-03T09:00 payment 900 from c$n to shop id=x$n"; done
    for n in 1 2 3 4 5 6; do echo "2025-06-04T09:00 payment 900 from c$n to shop id=y$n"; done
} >first.events
for n in 1 2 3; do echo "2025-08-20T09:00 payment 700 from c$n to shop id=z$n"; done >second.events
echo '2025-09-05T10:00 payment 100 from c1 to shop id=last' >>second.events
"$program" run journal --charter first.charter first.events >"$folder/out" 2>&1
[ $? -le 1 ] # 1: some are refused
check 'the pilot runs' $?
"$program" run journal --charter second.charter second.events >"$folder/out" 2>&1
check 'the pilot runs on, amended' $?

golden report.txt report journal --alternative month=5000 --alternative law-at=2026-01-15
golden report.vi report journal --lang vi --at 2025-07-31
golden report.html report journal --html
expect 0 'law-at=2026-01-01 (the charter' report journal
expect 0 '"suppressed": true' report journal --json
"$program" report journal --html --out report.html >"$folder/out" 2>&1
check 'report --out' $?
grep -qi -e '<script' -e 'http-equiv="refresh"' -e ' on[a-z]*=' -e 'src=' report.html && echo 'not strict' >"$folder/out"
[ ! -s "$folder/out" ]
check 'nothing in the HTML runs or is loaded' $?
grep -q '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;friends&quot;' report.html
check 'a title is text' $?

expect 2 'which journal' report
expect 2 'expected LIMIT=AMOUNT' report journal --alternative month
expect 2 'is not a date' report journal --at soon
expect 3 "no limit 'monthly'" report journal --alternative monthly=5
expect 3 'nothing has happened' report journal --at 2020-01-01
expect 3 'cannot write' report journal --out nowhere/report.txt

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
