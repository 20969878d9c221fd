#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What docs/operations.md tells to do when a disk dies, step by step: backups while a writer goes on, the folder destroyed, restored, gone on with,
# verified. And what backup and restore must refuse.
# usage: backup.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
source=$2
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES NO_COLOR
export LANG=C.UTF-8 SANDBANK_HOME="$source"
cd "$folder" || exit 3
passed=0
failed=0

# check WHAT COMMAND...: count a check; tell what was printed when it fails.
check() {
    what=$1
    shift
    if "$@" >out 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $what"
        sed 's/^/  | /' out | head -n 20
    fi
}

# refuses CODE TEXT COMMAND...: it ends with the code and says the text.
refuses() {
    code=$1
    text=$2
    shift 2
    "$@" >out 2>&1
    [ $? -eq "$code" ] && grep -q "$text" out
}

# last_event FILE: sequence number of the last event that a command told of.
last_event() {
    sed -n 's/.*last event  *\([0-9]*\),.*/\1/p' "$1"
}

run() {
    "$program" run "$1" --charter vn/mobile-money --snapshot-every 20000 vn.events
}

same_events() {
    "$program" journal dump "$1" --json | grep -v '"record"' >a
    "$program" journal dump "$2" --json | grep -v '"record"' | head -n "$(wc -l <a)" | diff a - >/dev/null
}

check 'synth' "$program" synth --scale 1000 --out vn.events

# Backups while a writer goes on.
run pilot >run.out 2>&1 &
writer=$!
made=0
while kill -0 "$writer" 2>/dev/null; do
    if [ -f pilot/0000000001.journal ] && "$program" backup pilot copy >out 2>&1; then
        made=$((made + 1))
        check 'a backup of a running journal verifies' "$program" verify copy
    fi
done
wait "$writer"
check 'the writer ended well' test $? -eq 0
check 'backups were made beside the writer' test "$made" -ge 1
check 'the last backup' "$program" backup pilot copy
"$program" backup pilot copy >again 2>&1
before=$(last_event again)
check 'nothing is written twice' grep -q ' 0 of them written now' again

# The disk dies; a new folder comes from the backup, and goes on where it ended.
check 'the state before' sh -c "'$program' journal stat pilot | tail -n +2 >stat.before"
rm -rf pilot
check 'restore' "$program" restore copy pilot
"$program" restore copy other >again 2>&1
check 'restore tells the last event' test "$(last_event again)" = "$before"
check 'the restored journal verifies' "$program" verify pilot
check 'the state is the one before' sh -c "'$program' journal stat pilot | tail -n +2 | diff stat.before -"
check 'it goes on' run pilot
check 'and verifies' "$program" verify pilot
check 'and is backed up' "$program" backup pilot copy

# An older backup, and what was done meanwhile, run again.
check 'an older restore goes on to the same end' same_events other pilot

# What is refused, in both languages.
check 'restore wants a new folder' refuses 3 'is not empty' "$program" restore copy pilot
check 'restore wants a manifest' refuses 3 'no manifest' "$program" restore pilot third
check 'nothing was left of that' test ! -e third -a ! -e third.restoring
check 'backup does not write over a journal' refuses 3 'no backup' "$program" backup copy other
check 'trong tiếng Việt' refuses 3 'không phải bản sao lưu' "$program" backup copy other --lang vi
check 'there must be a journal' refuses 3 'No such file' "$program" backup nothing third
check 'another journal' sh -c "'$program' synth --scale 20000 --seed 5 --out few.events && '$program' run few --charter vn/mobile-money few.events"
check 'a backup belongs to one journal' refuses 1 'another journal' "$program" backup few copy
check 'trong tiếng Việt' refuses 1 'nhật ký khác' "$program" backup few copy --lang vi

# The journal lost its end: the backup is worth more, and stays.
cp -r few lost
check 'a backup' "$program" backup few fewcopy
printf '2030-01-01T00:00 tick\n' >tick.txt
check 'more of it' "$program" run few --future tick.txt
check 'one more backup' "$program" backup few fewcopy
check 'a journal that lost its end' refuses 1 'lost its end' "$program" backup lost fewcopy

# Somebody writes into the backup.
printf '2031-01-01T00:00 tick\n' >tick.txt
cp -r fewcopy written
check 'a backup opens' "$program" run written --future tick.txt
check 'a backup that was written to' refuses 1 'was written to' "$program" backup few written

# Damage: in the journal, and in the backup.
flip() {
    at=$2
    byte=$(od -An -tu1 -j "$at" -N 1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null
}
cp -r few damaged
flip damaged/0000000001.journal 9000
check 'a damaged journal is named' refuses 3 'segment 1, offset' "$program" backup damaged fresh
check 'what came of it is no backup' refuses 3 'no manifest' "$program" restore fresh third
cp -r fewcopy rotten
flip rotten/0000000001.journal 9000
check 'a damaged backup is named' refuses 3 'segment 1, offset' "$program" restore rotten third
check 'trong tiếng Việt' refuses 3 'đoạn 1, vị trí' "$program" restore rotten third --lang vi
check 'no folder came of it' test ! -e third -a ! -e third.restoring
check 'a damaged backup is written anew' "$program" backup few rotten
check 'and is good then' "$program" restore rotten third
mv fewcopy/0000000001.journal short
check 'a backup that lost a segment' refuses 3 'segment\|journal' "$program" restore fewcopy fourth
mv short fewcopy/0000000001.journal

# Snapshots: listed, compared, left out when they are damaged, deleted.
check 'a snapshot of a clean close' sh -c "'$program' snapshot list pilot | grep -c '^event' | grep -qx '[12]'"
check 'it holds what the journal gives' sh -c "'$program' snapshot check pilot | grep -q 'good'"
check 'verify says so' sh -c "'$program' verify pilot --json | grep -q '\"snapshots\": [12]'"
for file in pilot/*.snapshot; do
    flip "$file" 5000
done
check 'a damaged one would not be used' sh -c "'$program' snapshot check pilot | grep -q 'not usable'"
check 'a start tells, and goes on' sh -c "'$program' run pilot --future tick.txt 2>&1 >/dev/null | grep -q 'note: snapshot'"
check 'delete' "$program" snapshot delete pilot
check 'none is left' sh -c "'$program' snapshot list pilot | grep -qx 'no snapshot'"
check 'không còn ảnh chụp' sh -c "'$program' snapshot list pilot --lang vi | grep -q 'không có'"

# A full disk: /dev/full is none; a file system of a few pages is, where one may be mounted.
if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=200k tmpfs small 2>/dev/null; then
    check 'a full disk' refuses 3 'No space left' "$program" backup few small/copy
    check 'đĩa đầy' refuses 3 'hết chỗ' "$program" backup few small/copy --lang vi
    check 'is no backup' refuses 3 'no manifest' "$program" restore small/copy fifth
    umount small
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
