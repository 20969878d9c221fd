#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run all tests of one or more build folders; add up what each test program counted. The last line is "N passed, N failed".
set -eu
passed=0
failed=0
for build in "$@"; do
    status=0
    meson test -C "$build" --no-rebuild --num-processes 2 >"$build/tests.out" 2>&1 || status=$?
    grep -E '^ *[0-9]+/[0-9]+ ' "$build/tests.out" || true
    counted=$(grep -hE '^[0-9]+ passed, [0-9]+ failed$' "$build/meson-logs/testlog.txt" || true)
    here=$(printf '%s\n' "$counted" | awk '{ p += $1; f += $3 } END { print p + 0, f + 0 }')
    passed=$((passed + ${here% *}))
    failed=$((failed + ${here#* }))
    # A program that died before it could count is one failure more.
    if [ "$status" -ne 0 ]; then
        grep -hE -B 3 -A 12 '^(FAILED|  .*: not true|.*ERROR: |.*runtime error)' "$build/meson-logs/testlog.txt" | head -n 200 || true
        [ "${here#* }" -gt 0 ] || failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
