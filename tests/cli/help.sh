#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The options of every command are the same in three places: its --help (both languages), the man page, and what the parser takes.
# What it takes is asked of itself: an option that is near none is answered with all there are, and each is then given to it.
# usage: help.sh PROGRAM SOURCE-FOLDER
set -u
program=$(realpath "$1")
source=$2
page=$source/man/sandbank.1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
unset LC_ALL LC_MESSAGES
export LANG=C.UTF-8 SANDBANK_HOME="$source"
cd "$folder" || exit 3
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

# same NAME A B: two lists of options are one.
same() {
    diff "$2" "$3" >"$folder/out" 2>&1
    check "$1" $?
}

# options: those named in the text on standard input, sorted. --lang and --help are main's own and stand with every command.
options() {
    sed 's/\\-/-/g' | grep -oE -e '--[a-z][a-z-]*' | grep -vxE -e '--(lang|help)' | sort -u
}

# section NAME: of the man page, from its heading to the next.
section() {
    awk -v name=".SS $1" '/^\.S[SH]/ { inside = ($0 == name) } inside' "$page"
}

# known NAME: what the parser says it takes, with exit code 2.
known() {
    # shellcheck disable=SC2086
    "$program" $1 --zzzzzzzzzzzzzzzzzzzzzzzz >"$folder/answer" 2>&1 </dev/null
    [ $? -eq 2 ] || echo "--no-usage-error"
    head -n 1 "$folder/answer" | sed 's/.*zzzz//' | options
}

"$program" help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | sort >"$folder/commands"
sed -n 's/^\.SS \([a-z]*\).*/\1/p' "$page" | sort -u >"$folder/pages"
same 'the man page has every command, and no other' "$folder/commands" "$folder/pages"
[ "$(wc -l <"$folder/commands")" -ge 9 ] 2>"$folder/out"
check 'help lists the commands' $?

while read -r command; do
    : >"$folder/all"
    sed -n "s/^\.SS \($command\( [a-z]*\)\{0,1\}\)\$/\1/p" "$page" >"$folder/verbs"
    while read -r verb; do
        known "$verb" >"$folder/known"
        section "$verb" | options >"$folder/page"
        same "$verb: the man page has the options that are taken" "$folder/known" "$folder/page"
        # One by one, last on the line: a value is missing or an argument, never the option itself.
        while read -r option; do
            # shellcheck disable=SC2086
            "$program" $verb "$option" >"$folder/out" 2>&1 </dev/null
            ! grep -q 'unknown option' "$folder/out"
            check "$verb takes $option" $?
        done <"$folder/known"
        cat "$folder/known" >>"$folder/all"
    done <"$folder/verbs"
    sort -u -o "$folder/all" "$folder/all"
    for lang in en vi; do
        "$program" "$command" --help --lang "$lang" | options >"$folder/help"
        same "$command --help --lang $lang has the options that are taken" "$folder/all" "$folder/help"
    done
    # Every verb that --help shows has its heading, and no heading is of a verb that is not there.
    "$program" "$command" --help --lang en | sed -n "s/^\(usage: \)\{0,1\} *sandbank \($command\( [a-z]\{1,\}\)\{0,1\}\)\( .*\)\{0,1\}\$/\2/p" | sort -u >"$folder/shown"
    sort -u "$folder/verbs" >"$folder/headed"
    same "$command: the man page has the forms of --help" "$folder/shown" "$folder/headed"
done <"$folder/commands"

for option in --lang --help --version; do
    sed 's/\\-/-/g' "$page" | sed -n '/^\.SH OPTIONS/,/^\.SH COMMANDS/p' | grep -q -e "$option" 2>"$folder/out"
    check "the man page has $option" $?
done
for code in 0 1 2 3; do
    sed -n '/^\.SH "EXIT STATUS"/,/^\.SH ENV/p' "$page" | grep -qx ".B $code" 2>"$folder/out"
    check "the man page has exit code $code" $?
done

# Pages are clean where groff is at hand; they are installed as they are.
if command -v groff >/dev/null; then
    for file in "$source"/man/*.[0-9]; do
        groff -man -ww -Tutf8 -k "$file" 2>&1 >/dev/null | head -n 5 >"$folder/out"
        [ ! -s "$folder/out" ]
        check "groff: ${file##*/}" $?
    done
fi

# The example of the charters' page is a charter.
sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$source/man/sandbank-charter.5" | sed -e '/^\./d' -e 's/\\-/-/g' >example.charter
"$program" charter check example.charter >"$folder/out" 2>&1
check 'the example of sandbank-charter(5) is a charter' $?

# Every function of the library is in its page, and no other.
cat "$source"/include/sandbank/*.h | tr '\n' ' ' | grep -oE 'SANDBANK_API [^;]*' | grep -oE 'sandbank_[a-z_]+\(' | tr -d '(' | sort >"$folder/declared"
grep -hoE '(struct|enum) sandbank_[a-z_]+' "$source"/include/sandbank/*.h | sed 's/.* //' | grep -v -x -f "$folder/declared" | sort -u >"$folder/types"
sed 's/\\-/-/g' "$source/man/libsandbank.3" | grep -oE '\bsandbank_[a-z_]+\b' | grep -v -x -f "$folder/types" | sort -u >"$folder/named"
same 'libsandbank(3) names every function' "$folder/declared" "$folder/named"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
