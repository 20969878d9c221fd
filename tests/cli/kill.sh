#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real process on a real disk, killed at random instants: whatever is left verifies, and running the same file to its end gives the
# journal of an undisturbed run.
# usage: kill.sh PROGRAM SOURCE-FOLDER
set -u
program=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES NO_COLOR
export LANG=C.UTF-8 SANDBANK_HOME="$source"
passed=0
failed=0
kills=12

# check WHAT COMMAND...: count a check; tell what was printed when it fails.
check() {
    what=$1
    shift
    if "$@" >"$folder/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $what"
        sed 's/^/  | /' "$folder/out" | head -n 20
    fi
}

run() {
    "$program" run "$1" --charter vn/mobile-money --checkpoint-every 4000 --snapshot-every 3000 "$folder/vn.events"
}

# The state's hash at the last checkpoint, and how many events had which result. An id that the file uses twice, with other content, is late
# when the file is run again: that is journalled each time, and changes nothing.
ending() {
    "$program" journal dump "$1" --json | grep '"record": *"checkpoint"' | tail -n 1 | sed 's/.*"state_hash": *"\([0-9a-f]*\)".*/\1/'
    "$program" journal stat "$1" | sed -n '/^results/,$p' | grep -v time-back
}

same_ending() {
    ending "$folder/calm" >"$folder/calm.ending"
    ending "$1" >"$folder/ending"
    grep -q '^[0-9a-f]\{64\}$' "$folder/ending" && diff "$folder/calm.ending" "$folder/ending"
}

check 'synth' "$program" synth --scale 1000 --out "$folder/vn.events"
start=$(date +%s%N)
check 'an undisturbed run' run "$folder/calm"
length=$((($(date +%s%N) - start) / 1000000)) # ms
check 'the undisturbed journal verifies' "$program" verify "$folder/calm"

kill_number=1
killed=0
while [ "$kill_number" -le "$kills" ]; do
    "$program" run "$folder/killed" --charter vn/mobile-money --checkpoint-every 4000 --snapshot-every 3000 "$folder/vn.events" >"$folder/killed.out" 2>&1 &
    process=$!
    instant=$(($(od -An -N4 -tu4 /dev/urandom) % (length + 1)))
    sleep "$(printf '%d.%03d' $((instant / 1000)) $((instant % 1000)))"
    if kill -9 "$process" 2>/dev/null; then
        killed=$((killed + 1))
    fi
    wait "$process" 2>/dev/null
    # A journal whose making was not finished is none: nothing was acknowledged yet.
    if "$program" journal stat "$folder/killed" >"$folder/stat" 2>&1; then
        check "verify after kill $kill_number at $instant ms" "$program" verify "$folder/killed"
    else
        check "no journal after kill $kill_number at $instant ms" grep -q 'not finished\|no journal\|does not exist\|No such' "$folder/stat"
    fi
    # Every few kills begin anew, so that the making of a journal is hit, too.
    if [ $((kill_number % 5)) -eq 0 ]; then
        check "run to the end after kill $kill_number" run "$folder/killed"
        check "the end after kill $kill_number is that of the undisturbed run" same_ending "$folder/killed"
        rm -rf "$folder/killed"
    fi
    kill_number=$((kill_number + 1))
done
check 'some processes were killed while they ran' [ "$killed" -gt 0 ]
check 'run to the end' run "$folder/killed"
check 'verify at the end' "$program" verify "$folder/killed"
check 'the end is that of the undisturbed run' same_ending "$folder/killed"
check 'run once more' run "$folder/killed"
check 'every request was answered, none applied again' same_ending "$folder/killed"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
