#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Statements and the index, as a user meets them: the same answer with an index, without one, with a damaged one; nothing while another
# process holds it.
# usage: index.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
export LANG=C.UTF-8
unset LC_ALL LC_MESSAGES
passed=0
failed=0
cd "$folder" || exit 3

check() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $1"
        sed 's/^/  | /' out | head -n 40
    fi
}

cat >small.charter <<'TEXT'
charter "Small"
unit VND
clock +07:00
kind payment from holder
instrument D1 "Decision 1" signed 2025-01-01
allow all by D1 "I"
limit month: sum of payment per account, each calendar month, at most 1 000 by D1 "II"
TEXT
cat >small.events <<'TEXT'
2025-09-01T08:00 open kiosk class=agent flags=free
2025-09-01T08:00 open an class=subscriber
2025-09-01T08:00 open shop class=merchant
2025-09-01T09:00 payment 500 from kiosk to an id=c1
2025-09-01T09:05 payment 200 from an to shop id=e1
2025-09-02T09:05 reserve payment 100 from an to shop timeout=3600 id=r1
2025-09-02T09:06 post r1 60 id=p1
2025-09-03T09:07 reverse p1 10 id=v1
2025-09-03T09:08 payment 900 from an to shop id=e2
2025-09-04T09:08 payment 50 from an to shop id=e3
TEXT
"$program" run pilot --charter small.charter small.events >out 2>&1
check 'a pilot' $?

"$program" statement pilot an --csv >before 2>out
check 'a statement without an index' $?
cp before out
[ "$(cut -d, -f9 before | tr '\n' ' ')" = 'balance 0 500 300 300 240 250 200 ' ]
check 'the balances are right, and what was refused is not there' $?
"$program" statement pilot an --from 2025-09-02 --to 2025-09-02 --csv >out 2>&1
[ "$(cut -d, -f9 out | tr '\n' ' ')" = 'balance 300 240 ' ]
check 'a day of it' $?
"$program" statement pilot an --from 2025-09-02 --to 2025-09-02 >out 2>&1
grep -q 'balance before: 300' out
check 'what there was before that day' $?
"$program" --lang vi statement pilot an >out 2>&1
grep -q 'Tài khoản' out && grep -q 'tạm giữ' out
check 'in Vietnamese' $?
! "$program" statement pilot nobody >out 2>&1 && grep -q 'no account' out
check 'an account that is not there is said' $?

"$program" index pilot >out 2>&1 && grep -q 'through event' out
check 'the index is made' $?
"$program" statement pilot an --csv >out 2>&1 && cmp -s before out
check 'the statement from the index is the same' $?
"$program" statement pilot an --csv --whole >out 2>&1 && cmp -s before out
check 'the statement from the whole journal is the same' $?
"$program" statement pilot an --json >out 2>&1 && grep -q '"index": true' out
check 'and says that it used the index' $?
"$program" index pilot --verify >out 2>&1 && grep -q 'they agree' out
check 'the index agrees with the journal' $?
"$program" explain pilot e2 --whole >whole 2>&1 && "$program" explain pilot e2 >out 2>&1 && grep -q '750 VND' out && cmp -s whole out
check 'an explanation from the index is that of the whole journal' $?

printf '2025-09-05T09:08 payment 25 from an to shop id=e4\n' >more.events
"$program" run pilot more.events >out 2>&1
check 'the pilot goes on' $?
"$program" statement pilot an --csv >out 2>&1
[ "$(tail -n 1 out | cut -d, -f9)" = 175 ]
check 'a statement has what the index does not have yet' $?

for file in pilot/index/rows/*.sst; do
    printf XYZ | dd of="$file" bs=1 seek=40 conv=notrunc status=none
done
if "$program" statement pilot an --csv >out 2>&1; then
    [ "$(tail -n 1 out | cut -d, -f9)" = 175 ]
else
    grep -q 'index' out
fi
check 'a damaged index is not believed' $?
"$program" index pilot --rebuild >out 2>&1 && "$program" index pilot --verify >out 2>&1
check 'it is made anew' $?
"$program" statement pilot an --csv >out 2>&1 && [ "$(tail -n 1 out | cut -d, -f9)" = 175 ]
check 'and serves again' $?

rm -r pilot/index
"$program" statement pilot an --csv >out 2>&1 && [ "$(tail -n 1 out | cut -d, -f9)" = 175 ]
check 'it may be taken away' $?
"$program" verify pilot >out 2>&1
check 'the journal is as it was' $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
