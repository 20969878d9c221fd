#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program as its users meet it: commands, their words in both languages, their exit codes.
# usage: cli.sh PROGRAM SOURCE-FOLDER
set -u
program=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES NO_COLOR
export LANG=C.UTF-8 SANDBANK_HOME="$source"
passed=0
failed=0

# expect CODE TEXT ARGUMENT...: the program ends with that code and says that text (a basic regular expression), on either stream.
expect() {
    code=$1
    text=$2
    shift 2
    status=0
    "$program" "$@" >"$folder/out" 2>&1 </dev/null || status=$?
    if [ "$status" -eq "$code" ] && grep -q -e "$text" "$folder/out"; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAILED sandbank $*"
    echo "  exit code $status, expected $code; expected to read: $text"
    sed 's/^/  | /' "$folder/out" | head -n 20
}

cat >"$folder/small.charter" <<'C'
charter "Small pilot"
unit VND
clock +07:00
kind cash-in to holder
kind payment from holder
instrument D1 "Decision 1" signed 2025-01-01
allow all by D1 "I"
limit month: sum of payment per account, each calendar month, at most 1 000 by D1 "II"
C
cat >"$folder/small.events" <<'C'
2025-09-01T08:00 open kiosk class=agent flags=free
2025-09-01T08:00 open an class=subscriber person=p1
2025-09-01T08:00 open shop class=merchant
2025-09-01T09:00 cash-in 5 000 from kiosk to an id=c1
2025-09-01T09:05 payment 600 from an to shop id=e1
2025-09-01T09:06 payment 600 from an to shop id=e2
2025-09-01T09:07 payment 400 from an to shop id=e3
C

# The front of the program.
expect 0 'sandbank COMMAND --help' help
expect 0 'sandbank LỆNH --help' help --lang vi
expect 2 'run a regulatory pilot'
expect 2 "did you mean 'replay'" rplay
expect 2 "có phải 'replay'" --lang vi rplay
expect 2 'lang takes vi or en' --lang xx help
expect 0 '^sandbank [0-9]' --version
for command in charter run verify journal explain replay synth import key; do
    expect 0 "sandbank $command" "$command" --help
done

# Both languages name the same options.
for command in charter run verify journal explain replay synth import key; do
    for lang in en vi; do
        "$program" "$command" --help --lang "$lang" | grep -oE -e '--[a-z-]+' | sort -u >"$folder/options.$lang"
    done
    if cmp -s "$folder/options.en" "$folder/options.vi"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED sandbank $command --help: options differ between the languages"
        diff "$folder/options.en" "$folder/options.vi"
    fi
done

# Output that cannot be written is a failure, and what is no file is not replaced by one.
status=0
"$program" help >/dev/full 2>"$folder/out" || status=$?
if [ "$status" -eq 3 ] && grep -q 'output could not be written' "$folder/out"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED sandbank help >/dev/full: exit code $status"
fi
mkdir "$folder/folder"
expect 3 'no ordinary file' synth --scale 100000 --out "$folder/folder"
expect 3 'no ordinary file' import "$source/examples/birmingham/cards.map" "$source/examples/birmingham/cards.csv" --out "$folder/folder"
expect 0 'journal.s folder' run -h

# Run, and what it says.
expect 2 'expected a folder' run
expect 3 'give --charter' run "$folder/none" "$folder/small.events"
expect 2 "did you mean '--charter'" run --chartr x
rm -rf "$folder/none"
expect 3 'cannot read\|not found\|No such file' run "$folder/j" --charter "$folder/small.charter" "$folder/missing.events"
expect 3 'Is a directory' run "$folder/j" --charter "$folder/small.charter" "$folder"
rm -rf "$folder/j"
expect 0 'secret key' key "$folder/secret"
expect 3 'cannot write' key "$folder/secret"
expect 0 'refused  *1 ' run "$folder/j" --charter "$folder/small.charter" --sign "$folder/secret" "$folder/small.events"
expect 0 'repeated requests' run "$folder/j2" --charter "$folder/small.charter" "$folder/small.events"
expect 0 'Bị từ chối theo điều khoản nào' run "$folder/j3" --lang vi --charter "$folder/small.charter" "$folder/small.events"
expect 0 '"transfers": 4' run "$folder/j4" --json --charter "$folder/small.charter" "$folder/small.events"
printf '2025-09-01T08:00 opne an class=subscriber\n' >"$folder/bad.events"
expect 3 "line 1" run "$folder/j5" --charter "$folder/small.charter" "$folder/bad.events"

printf '9999-12-31T23:59 open an class=subscriber\n' >"$folder/far.events"
{ cat "$folder/small.events"; cat "$folder/far.events"; } | sed 's/open an class=subscriber$/open far class=subscriber/' >"$folder/later.events"
expect 3 'too far ahead' run "$folder/j8" --charter "$folder/small.charter" "$folder/later.events"
expect 3 'too far ahead' run "$folder/j6" --charter "$folder/small.charter" "$folder/far.events"
expect 0 '1 events' run "$folder/j7" --future --charter "$folder/small.charter" "$folder/far.events"

# Believe nothing but bytes.
expect 0 'debits equal credits' verify "$folder/j"
expect 0 'all by the given key' verify "$folder/j" --key "$folder/secret.pub"
expect 0 '"verified": true' verify "$folder/j" --json
expect 2 'not a public key' verify "$folder/j" --key "$folder/small.charter"
"$program" key "$folder/other" >/dev/null
expect 1 'not signed by the given key' verify "$folder/j" --key "$folder/other.pub"
expect 1 'is not signed' verify "$folder/j2" --key "$folder/other.pub"

# A flipped byte in the middle is named, never served.
segment=$(find "$folder/j2" -type f -size +8k | sort | head -n 1)
printf '\377' | dd of="$segment" bs=1 seek=4300 conv=notrunc status=none
expect 3 'damaged\|mismatch\|offset' verify "$folder/j2"
expect 3 'damaged\|mismatch\|offset' replay "$folder/j2"

# Why, and what if.
expect 0 'remaining' explain "$folder/j" e2
expect 0 'Kết quả: refused' explain "$folder/j" e2 --lang vi
expect 0 '"name": "month"' explain "$folder/j" e2 --json
expect 3 'no event' explain "$folder/j" nothing
expect 0 'every result is the recorded one' replay "$folder/j"
expect 0 'every result is the recorded one' replay "$folder/j" --mode one-step
expect 1 'rule: were refused, now pass  *1 ' replay "$folder/j" --set month=2000
expect 1 'Điều chạy lại không thể biết' replay "$folder/j" --set month=2000 --lang vi
expect 1 '"admitted"' replay "$folder/j" --set month=2000 --json
expect 3 "month" replay "$folder/j" --set mnth=2000
expect 3 'in VND with 0 decimals, the charter in GHS with 2' run "$folder/j" --charter gh/emoney "$folder/small.events"
expect 3 'in VND with 0 decimals, the other charter in GHS with 2' replay "$folder/j" --charter gh/emoney
expect 2 'not a date' replay "$folder/j" --law-at tomorrow
expect 2 'limit,kind,tier' replay "$folder/j" --by colour
expect 3 'cannot\|not found\|No such' replay "$folder/nothing-here"
expect 0 'transfer\|payment' journal dump "$folder/j"
expect 0 'events' journal stat "$folder/j"
expect 0 '^2025-09-0[0-9T:.]*+07:00 payment' journal dump "$folder/j"
expect 0 '^2025-09-0[0-9T:.]*Z payment' journal dump "$folder/j" --utc
expect 0 'time .*+07:00 to .*+07:00' journal stat "$folder/j"
expect 0 'time .*Z to .*Z' journal stat "$folder/j" --utc

# Events through a pipe: the same results as from the file, once; a name that is standard input's stands once.
tail -c +1 "$folder/small.events" | "$program" run "$folder/piped" --charter "$folder/small.charter" - >"$folder/piped.out" 2>&1
"$program" run "$folder/read" --charter "$folder/small.charter" - <"$folder/small.events" >"$folder/read.out" 2>&1
if cmp -s "$folder/piped.out" "$folder/read.out"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo 'FAILED run from a pipe'; cat "$folder/piped.out"; fi
expect 0 'payment' journal dump "$folder/piped"
expect 2 'named twice' run "$folder/piped" --charter "$folder/small.charter" - -

# A payer is not told the ceiling of the payee's tier, nor what depends on it; the operator is. The own figures are told.
cat >"$folder/tiers.charter" <<'C'
charter "Tiers"
unit VND
clock +07:00
kind payment from holder
allow all
limit shop: each payment at most
    | payee.tier | at most |
    | basic      |     500 |
limit own: sum of payment per account, each day, at most
    | payee.tier | at most |
    | full       |     400 |
limit mine: sum of payment where payee.class is merchant per account, each day, at most 700
C
people='--event=2025-09-01T08:00 open an class=subscriber flags=free'
expect 1 'SMS en: .*recipient.s account cannot receive' charter try "$folder/tiers.charter" "$people" --event '2025-09-01T08:00 open shop class=merchant tier=basic' --event '2025-09-01T09:00 payment 600 from an to shop'
expect 1 'at most  *500 VND' charter try "$folder/tiers.charter" "$people" --event '2025-09-01T08:00 open shop class=merchant tier=basic' --event '2025-09-01T09:00 payment 600 from an to shop'
expect 1 'SMS en: .*recipient.s account cannot receive' charter try "$folder/tiers.charter" "$people" --event '2025-09-01T08:00 open shop class=merchant tier=full' --event '2025-09-01T09:00 payment 600 from an to shop'
expect 1 'SMS en: .*700' charter try "$folder/tiers.charter" "$people" --event '2025-09-01T08:00 open shop class=merchant tier=gold' --event '2025-09-01T09:00 payment 800 from an to shop'

# Nothing to do is said, not passed over; what stands in the wrong order is a mistake of the command line.
expect 2 'no event in what was given' charter try "$folder/small.charter" --event ''
expect 2 'no event in what was given' charter try "$folder/small.charter" --event '# only a comment'
expect 2 'in order' synth --from 2025-10-01 --to 2025-09-01 --out "$folder/never.events"
printf 'unit VND\ntime from "t" as yyyy-mm-dd\npayer from "a"\npayee from "b"\namount from "m"\nkind is payment\n' >"$folder/none.map"
printf 't,a,b,m\n' >"$folder/none.csv"
expect 1 'no row became an event' import "$folder/none.map" "$folder/none.csv"

# A file of somebody else's that has a segment's name is not written over.
mkdir "$folder/foreign"
echo 'my diary' >"$folder/foreign/0000000001.journal"
expect 3 'no segment of a journal' run "$folder/foreign" --charter "$folder/small.charter" "$folder/small.events"
if [ "$(cat "$folder/foreign/0000000001.journal")" = 'my diary' ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo 'FAILED a foreign file was written over'; fi

# Charters.
for charter in vn/mobile-money gh/emoney bd/mfs la/emoney in/small-ppi ng/wallets ug/mobile-money gb/purchase-cards gb/purchase-cards-tighter; do
    expect 0 '' charter check "$source/charters/$charter.charter"
done
expect 0 '10 000 000' charter show "$source/charters/vn/mobile-money.charter" --on 2025-09-01
expect 0 '100 000 000' charter show "$source/charters/vn/mobile-money.charter" --on 2026-01-15
expect 0 'Quy định có hiệu lực' charter show "$folder/small.charter" --lang vi
expect 2 'is no date' charter show "$folder/small.charter" --on tomorrow
expect 2 'expected a charter' charter show
expect 3 'missing' charter show "$folder/missing.charter"

printf '2025-09-02T10:00 tick\n2025-09-02T10:00 tock\n' >"$folder/bad2.small.events"
# A mapping proposed (guess.sh has the awkward files).
expect 0 'from "merchant"' import --guess "$source/examples/birmingham/cards.csv"
expect 2 'stands alone' import --guess "$source/examples/birmingham/cards.csv" "$source/examples/birmingham/cards.map"
expect 3 'no column reads as a time' import --guess "$folder/small.charter"
expect 3 'không cột nào đọc được là thời gian' import --lang vi --guess "$folder/small.charter"
expect 3 'cannot be read' import --guess "$folder/missing.csv"

# Trying single events: what became of each, and why; the last one's fate is the exit code.
expect 0 'remaining    400 VND' charter try "$folder/small.charter" --events "$folder/small.events"
expect 0 'SMS vi: Từ chối: hạn mức month; còn 400 VND' charter try "$folder/small.charter" --events "$folder/small.events"
expect 1 'account of the payer an$' charter try "$folder/small.charter" --events "$folder/small.events" --event '2025-09-02T09:00 payment 1 from an to shop'
expect 1 'không quá    1 000 VND' --lang vi charter try "$folder/small.charter" --events "$folder/small.events" --event '2025-09-02T09:00 payment 1 from an to shop'
expect 1 'no-payer' charter try "$folder/small.charter" --event '2025-09-02T09:00 payment 1 from nobody to shop'
expect 3 'small.events:2: ' charter try "$folder/small.charter" --event '2025-09-02T09:00 tick' --events "$folder/bad2.small.events"
expect 2 'expected a charter and events' charter try "$folder/small.charter"
expect 3 'a layer' charter try "$source/charters/examples/viettel-stricter.charter" --event '2025-09-02T09:00 tick'
sed 's/sum of payment/sum of paymant/' "$folder/small.charter" >"$folder/typo.charter"
expect 1 "did you mean 'payment'" charter check "$folder/typo.charter"
expect 1 '\^\^\^' charter check "$folder/typo.charter"
expect 1 'errors 1, warnings' charter check "$folder/typo.charter"

# The same for an editor: where, how long, how bad, in both languages whatever the run's is.
expect 1 '"text_en": "unknown kind .paymant.' charter check --json "$folder/typo.charter"
expect 1 '"text_vi": ".*paymant' charter check --json "$folder/typo.charter"
expect 1 '"line": 8' charter check --json "$folder/typo.charter"
expect 1 '"column": 21' charter check --json "$folder/typo.charter"
expect 1 '"size": 7' charter check --json "$folder/typo.charter"
expect 1 '"severity": "error"' charter check --json "$folder/typo.charter"
expect 1 '"errors": 0' charter check --json "$folder/small.charter" "$folder/typo.charter"
expect 0 '"sentences": 8' charter check --json "$folder/small.charter"
expect 0 '"layer": 1' charter check --json --upper "$source/charters/vn/mobile-money.charter" "$source/charters/examples/viettel-looser.charter"
expect 3 'missing' charter check --json "$folder/missing.charter"

# Two charters side by side: shown by events that only one lets pass.
expect 0 '0 differences shown, 0 not compared' charter diff bd/mfs bd/mfs
expect 1 'B is tighter: month, at most 100 000 000' charter diff vn/mobile-money@2025-12-01 vn/mobile-money@2026-01-15
if diff -u "$source/tests/golden/charter-diff-vn.txt" "$folder/out" >"$folder/delta"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED charter diff is not tests/golden/charter-diff-vn.txt"
    head -n 20 "$folder/delta"
fi
sed 's/at most 1 000/at most 900/' "$folder/small.charter" >"$folder/tighter.charter"
expect 1 'B is tighter: month, at most 900 (line 8, D1 II); in A month, at most 1 000' charter diff "$folder/small.charter" "$folder/tighter.charter"
expect 1 'payment 901 from payer to payee' charter diff "$folder/small.charter" "$folder/tighter.charter" --on 2025-09-01
expect 1 'B chặt hơn: month, không quá 900' charter diff --lang vi "$folder/small.charter" "$folder/tighter.charter"
expect 1 '"tighter": "B"' charter diff --json "$folder/small.charter" "$folder/tighter.charter"
expect 0 'never in force' charter diff "$folder/small.charter" "$folder/tighter.charter" --to 2024-12-31
expect 3 'different units' charter diff vn/mobile-money ug/mobile-money
expect 2 'expected two charters' charter diff vn/mobile-money
expect 2 'is no date' charter diff vn/mobile-money@soon vn/mobile-money
expect 2 'excludes' charter diff vn/mobile-money vn/mobile-money --on 2025-01-01 --to 2025-02-01

# What an example says, `charter try` says too: the last line is refused by the one and accepted by the other.
"$program" charter diff "$folder/small.charter" "$folder/tighter.charter" | sed -n 's/^        \(2[0-9-]*T.*\)/\1/p' >"$folder/example.small.events"
expect 0 'payment 901' charter try "$folder/small.charter" --events "$folder/example.small.events"
expect 1 'payment 901' charter try "$folder/tighter.charter" --events "$folder/example.small.events"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
