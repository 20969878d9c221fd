#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What libsandbank shows: the symbols of its public headers and no other, headers that stand alone in C and C++ and name nothing of
# ours, and the example, which runs under the shared and under the static library.
# usage: symbols.sh SOURCE-FOLDER SHARED STATIC EXAMPLE...
set -u
source=$1
shared=$2
static=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
passed=0
failed=0

# check NAME STATUS: count one; what is wrong stands in $folder/out.
check() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAILED $1"
    sed 's/^/  | /' "$folder/out" | head -n 20
}

# same NAME A B: two lists are one.
same() {
    diff "$2" "$3" >"$folder/out" 2>&1
    check "$1" $?
}

cat "$source"/include/sandbank/*.h | tr '\n' ' ' | grep -oE 'SANDBANK_API [^;]*' | grep -oE 'sandbank_[a-z_]+\(' | tr -d '(' | sort >"$folder/declared"
[ "$(wc -l <"$folder/declared")" -ge 20 ] 2>"$folder/out"
check 'the headers declare functions' $?
sed -n '/^global:/,/^local:/s/^ *\(sandbank_[a-z_]*\);$/\1/p' "$source/src/lib/libsandbank.map" | sort >"$folder/mapped"
same 'the map lists what the headers declare' "$folder/declared" "$folder/mapped"
nm -D --defined-only "$shared" | awk '$2 != "A" { print $3 }' | sort >"$folder/versioned"
sed 's/@@SANDBANK_0$//' "$folder/versioned" >"$folder/exported"
same 'the shared library exports what the headers declare, under its version' "$folder/declared" "$folder/exported"
readelf -d "$shared" | grep -q 'SONAME.*\[libsandbank\.so\.0\]' >"$folder/out" 2>&1
check 'the SONAME is libsandbank.so.0' $?
# A sanitizer's build has symbols of the sanitizer besides.
nm -g --defined-only "$static" | awk 'NF == 3 { print $3 }' | grep -vE '^(__(asan|ubsan|odr)|_ZTI)' | sort >"$folder/linkable"
same 'the static library can be linked to by what the headers declare only' "$folder/declared" "$folder/linkable"

if grep -nE '\b(sb|SB)_|"[a-z]+/[a-z_]+\.h"' "$source"/include/sandbank/*.h >"$folder/out"; then
    check 'public headers name nothing of ours' 1
else
    check 'public headers name nothing of ours' 0
fi
for header in "$source"/include/sandbank/*.h; do
    name=${header##*/}
    printf '#include <sandbank/%s>\n#include <sandbank/%s>\n' "$name" "$name" >"$folder/alone.c"
    cp "$folder/alone.c" "$folder/alone.cc"
    cc -std=c17 -Wall -Wextra -Wpedantic -Werror -I"$source/include" -fsyntax-only "$folder/alone.c" >"$folder/out" 2>&1
    check "$name stands alone in C" $?
    g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -I"$source/include" -fsyntax-only "$folder/alone.cc" >"$folder/out" 2>&1
    check "$name stands alone in C++" $?
    # Each function has its comment: a line before SANDBANK_API that ends one.
    awk '/SANDBANK_API/ && before !~ /\*\/$/ && !/define/ { print FILENAME ": " $0; bad = 1 } { before = $0 } END { exit bad }' "$header" >"$folder/out"
    check "$name says what each function does" $?
done

number=0
for program in "$@"; do
    number=$((number + 1))
    "$program" "$folder/pilot$number" >"$folder/out" 2>&1
    status=$?
    [ "$status" -eq 0 ] && [ "$(grep -c ': accepted$' "$folder/out")" -eq 3 ] && grep -q '^t2: the charter refuses it$' "$folder/out" &&
        grep -q 'used 600; left 400 VND' "$folder/out"
    check "$program" $?
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
