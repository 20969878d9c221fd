#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job in three minutes: a country's pilot under its law, the same history under another law, and real payments under a
# charter; then the page, with the country's last month running. Called by `./dev demo` after the build; leaves everything in build/demo.
set -eu
cd "$(dirname "$0")/.."

lang=
serve=yes
for option in "$@"; do
    case $option in
    --lang=*) lang=$option ;;
    --no-serve) serve=no ;;
    esac
done
folder=build/demo
rm -rf "$folder"
mkdir -p "$folder"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m')
    plain=$(printf '\033[0m')
else
    bold=
    plain=
fi

# title TEXT: a numbered heading.
step=0
title() {
    step=$((step + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$step" "$*" "$plain"
}

# run ARGUMENT...: show the command, then run it. Exit code 1 says that something differs or was refused: that is what a demo wants.
run() {
    printf '%s$ build/sandbank %s%s\n\n' "$bold" "$*" "$plain"
    status=0
    # shellcheck disable=SC2086
    build/sandbank $lang "$@" || status=$?
    [ "$status" -le 1 ] || exit "$status"
}

title 'A synthetic Viet Nam at 1:100, September and October 2025'
run synth --country vn --scale 100 --from 2025-09-01 --to 2025-10-31 --seed 316 --out "$folder/vn.events"

title 'The pilot under the law that governed it: Decision 316'
run run "$folder/vn" --charter vn/mobile-money "$folder/vn.events"

title 'Nobody has to believe that: every result is given once more from the bytes'
run verify "$folder/vn"

title 'And if Decree 368 had been in force? (the law of 2026-01-15)'
run replay "$folder/vn" --law-at 2026-01-15 --by limit,kind

title 'And if the monthly limit had been 1 000 000?'
run replay "$folder/vn" --set month=1000000 --by limit,kind,area

title 'Real payments: a sample of a city council'"'"'s purchase cards, read from CSV'
run import examples/birmingham/cards.map examples/birmingham/cards.csv --out "$folder/cards.events" --rejects "$folder/rejects.csv"

title 'Judged under a charter'
run run "$folder/cards" --charter gb/purchase-cards "$folder/cards.events"

title 'And under a tighter one'
run replay "$folder/cards" --charter gb/purchase-cards-tighter --by limit,month

title 'Try next'
refused=$(build/sandbank journal dump "$folder/vn" --json | grep -m 1 '"result":"refused"' | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
cat <<NEXT
  build/sandbank explain $folder/vn $refused
  build/sandbank charter show vn/mobile-money --on 2026-01-15
  build/sandbank replay $folder/vn --mode one-step --set month=5000000 --by province,area --csv $folder/differences.csv
NEXT

# One recorded day in 24 seconds: September is there at once, October runs for twelve minutes.
if [ "$serve" = yes ]; then
    title 'The page: September is there, October runs; Ctrl-C ends it'
    cat <<NEXT
  http://127.0.0.1:8316/#/p/live           figures that move, the law, provinces, what if, why
  build/sandbank user add $folder/live NAME --roles viewer,analyst,maker
                                           for what needs a name, such as freezing an account; another person approves

NEXT
    # shellcheck disable=SC2086
    exec build/sandbank $lang serve "$folder/live" --feed "$folder/vn.events" --charter vn/mobile-money --live-from 2025-10-01
fi
