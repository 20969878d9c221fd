#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `meson install` leaves is enough for a program that has never seen these sources: headers, both libraries, the flags of
# pkg-config, the pages.
# usage: install.sh BUILD-FOLDER SOURCE-FOLDER
set -u
build=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
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

meson install -C "$build" --no-rebuild --destdir "$folder/root" >"$folder/out" 2>&1
check 'meson install' $?
file=$(find "$folder/root" -name sandbank.pc)
system=$(pkg-config --variable pc_path pkg-config)
export PKG_CONFIG_SYSROOT_DIR="$folder/root" PKG_CONFIG_LIBDIR="${file%/*}:$system"
library=$(dirname "${file%/*}")
include=$(find "$folder/root" -type d -path '*/include/sandbank')
cp "$source/examples/embed.c" "$folder/embed.c"
cd "$folder" || exit 3

# shellcheck disable=SC2046
cc -std=c17 -Wall -Wextra -Wpedantic -Werror embed.c $(pkg-config --cflags --libs sandbank) -o shared >out 2>&1
check 'the example compiles with the flags of pkg-config' $?
LD_LIBRARY_PATH="$library" ./shared pilot1 >out 2>&1 && grep -q '^t1: accepted$' out && readelf -d shared | grep -q 'NEEDED.*libsandbank\.so\.0'
check 'it runs with the shared library' $?
# shellcheck disable=SC2046
cc -std=c17 embed.c -I"${include%/sandbank}" "$library/libsandbank.a" -lsodium -ljansson -lrocksdb -pthread -lm -o static >out 2>&1 && ./static pilot2 >out 2>&1 &&
    grep -q '^t1: accepted$' out && ! readelf -d static | grep -q libsandbank
check 'it runs with the static library' $?
pkg-config --static --libs sandbank >out 2>&1 && grep -q -e '-lsodium' out && grep -q -e '-ljansson' out && grep -q -e '-lrocksdb' out
check 'pkg-config knows what the static library needs' $?
for page in man1/sandbank.1 man3/libsandbank.3 man5/sandbank-charter.5 man5/sandbank-journal.5; do
    find root -path "*/man/$page" | grep -q . 2>out
    check "$page is installed" $?
done
[ "$(find root -path '*/include/sandbank/*.h' | wc -l)" -eq "$(find "$source/include/sandbank" -name '*.h' | wc -l)" ] 2>out
check 'all headers are installed' $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
