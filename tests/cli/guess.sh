#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Proposed mappings: for each awkward file the proposal says what it should, and import takes it with every row.
# usage: guess.sh PROGRAM SOURCE-FOLDER
set -u
program=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
export LANG=C.UTF-8
unset LC_ALL LC_MESSAGES
passed=0
failed=0

check() {
    if "$@" >/dev/null 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name: $*"
        sed 's/^/  | /' "$folder/map" "$folder/report" | head -n 40
    fi
}

# guess NAME: propose a mapping for $folder/NAME.csv, and import the file under it.
guess() {
    name=$1
    "$program" import --guess "$folder/$name.csv" >"$folder/map" 2>"$folder/report"
    "$program" import "$folder/map" "$folder/$name.csv" --out "$folder/events" --rejects "$folder/rejects" >"$folder/report" 2>&1
}

says() { check grep -q -F -e "$1" "$folder/map"; }
reports() { check grep -q -e "$1" "$folder/report"; }

# English, a column an account on either side.
printf 'TxnID,Timestamp,Sender,Receiver,Amount (USD),Type\nA1,2025-09-01 10:00:00,an,binh,"1,234.50",P2P\nA2,2025-09-01 10:05:00,binh,an,7.25,P2P\n' >"$folder/plain.csv"
guess plain
says 'unit USD with 2 decimals'
says 'time     from "Timestamp" as "yyyy-mm-dd hh:mm:ss"'
says 'payer    from "Sender"'
says 'payee    from "Receiver"'
says 'kind     from "Type"'
reports '= 2 events + 0 rejects'

# Vietnamese, semicolons, dots between thousands, days first, capitals with signs.
printf 'MÃ GIAO DỊCH;Ngày giờ;Người gửi;Người nhận;Số tiền (đồng);Loại giao dịch\nG1;25/09/2025 08:00;an;chợ;1.250.000;payment\nG2;26/09/2025 9:30;bình;chợ;40.000;payment\n' >"$folder/vi.csv"
guess vi
says 'separator semicolon'
says 'unit VND'
says 'as "d/m/yyyy h:mm"'
says 'id       from "MÃ GIAO DỊCH"'
says 'payee    from "Người nhận"'
says 'NOT KNOWN: groups of three may be decimals'
reports '= 2 events + 0 rejects'

# A bank's statement in Windows-1252: a heading above the header, money out and in in two columns, one file an account.
printf 'Kontoauszug\nBuchungstag;Empf\344nger;Soll;Haben\n01.09.2025;M\374ller;12,50;\n02.09.2025;Lohn;;1.000,00\n' >"$folder/bank.csv"
guess bank
says 'encoding windows-1252'
says 'header in row 2'
says 'numbers like "1.234,56"'
says 'payer    from file name'
says 'amount in from "Haben"'
reports '= 2 events + 0 rejects'

# Tabs, and no header at all: time and amount by their values, the rest is said to be unknown.
printf '2025-09-01\tx\t5\n2025-09-02\ty\t5\n2025-09-03\tz\t6\n' >"$folder/bare.csv"
guess bare
says 'separator tab'
says 'no header'
says 'time     from column 1'
says 'amount   from column 3'
says 'NOT KNOWN: no column says who is paid'
reports '= 3 events + 0 rejects'

# Days and months that may be either are said so; months first where a day gives them away.
printf 'date,from,to,amount\n01/02/2025,a,b,1\n03/04/2025,a,b,2\n' >"$folder/either.csv"
guess either
says 'NOT KNOWN: "m/d/yyyy" would fit too'
printf 'date,from,to,amount\n01/02/2025,a,b,1\n03/14/2025,a,b,2\n' >"$folder/american.csv"
guess american
says 'as "m/d/yyyy"'
reports '= 2 events + 0 rejects'

# Two columns of one name go by number; quotes in a name; a byte order mark; a quoted line break.
printf '\357\273\277date,from,to,"sum ""net""",sum,note\n2025-01-02,a,b,3,3,"x\ny"\n2025-01-03,a,b,4,4,\n' >"$folder/odd.csv"
guess odd
says 'time     from "date"'
reports '= 2 events + 0 rejects'
printf 'date,from,to,amount,amount\n2025-01-02,a,b,3,x\n2025-01-03,a,b,4,y\n' >"$folder/twice.csv"
guess twice
says 'amount   from column 4'
reports '= 2 events + 0 rejects'

# What is no table says what is missing.
printf 'one\ntwo\n' >"$folder/none.csv"
guess none
check test ! -s "$folder/map"
: >"$folder/empty.csv"
guess empty
check test ! -s "$folder/map"

# Real payments: as many transfers as under the mapping that people wrote.
count() { sed -n 's/^.* rows = \([0-9]*\) events.*/\1/p' "$folder/report"; }
cp "$source/examples/birmingham/cards.csv" "$folder/cards.csv"
"$program" import "$source/examples/birmingham/cards.map" "$folder/cards.csv" --out "$folder/events" --rejects "$folder/rejects" >"$folder/report" 2>&1
written=$(grep -i -m 1 'transfers' "$folder/report")
written_total=$(count)
guess cards
says 'in minor units'
says 'payee    from "merchant"'
check test -n "$written"
check test "$(grep -i -m 1 'transfers' "$folder/report")" = "$written"
echo "cards: $written; events $written_total by hand, $(count) by guess"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
