#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a reader's eye gets tired of: formatting, forbidden functions, includes against the order of the rooms, shell scripts.
set -eu
cd "$(dirname "$0")/.."
bad=0

complain() {
    printf '%s\n' "$1"
    printf '%s\n' "$2" | sed 's/^/  /'
    bad=1
}

files=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086
unformatted=$(clang-format --dry-run -Werror $files 2>&1 | grep -E 'error:' | cut -d: -f1 | sort -u || true)
[ -z "$unformatted" ] || complain 'not formatted by clang-format:' "$unformatted"

# Functions that hide overflow, locale, shared state or randomness. [git banned.h]
# shellcheck disable=SC2086
banned=$(grep -nE '\b(atoi|atol|atof|strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|gmtime|localtime|rand|srand|alloca|gets)\(' $files || true)
[ -z "$banned" ] || complain 'forbidden functions:' "$banned"

# The rooms, each of which may use itself and those before it.
rooms='base territory charter ledger measure os journal index engine replay lib import synth store vault net cmd'
before=
for room in $rooms; do
    before="$before $room"
    [ -d "src/$room" ] || continue
    pattern=$(printf '%s' "$before" | sed 's/^ //; s/ /|/g')
    against=$(grep -nE '^#include "[a-z]+/' "src/$room"/*.[ch] | grep -vE "#include \"($pattern)/" || true)
    [ -z "$against" ] || complain "src/$room uses a room that comes after it:" "$against"
done

# The pure rooms know no clock, file, environment, locale or floating point.
for room in base territory charter ledger; do
    impure=$(grep -nE '\b(time|clock_gettime|fopen|open|getenv|setlocale|random|float|double)\b *(\(|[a-z_]+ *[;=,)])' "src/$room"/*.[ch] | grep -vE '^\S+:\s*(\*|/\*)|//' | grep -E '\b(clock_gettime|fopen|getenv|setlocale|random|float|double)\b' || true)
    [ -z "$impure" ] || complain "src/$room is not pure:" "$impure"
done

# Every bound has a test just at it and just over it; here only that some test knows its name.
untested=$(grep -oE '^#define SB_[A-Z0-9_]+_MAX' src/base/limits.h | cut -d' ' -f2 | while read -r bound; do
    git grep -qw "$bound" -- 'tests/*.c' 'tests/*.h' 'tests/*.sh' || echo "$bound"
done)
[ -z "$untested" ] || complain 'bounds of limits.h that no test names:' "$untested"

# Measures are counters: the estimators among them are the one place for floating point, and nothing there knows a clock or a file.
impure=$(grep -nE '\b(clock_gettime|fopen|getenv|setlocale|random)\(' src/measure/*.[ch] || true)
[ -z "$impure" ] || complain 'src/measure is not pure:' "$impure"

long=$(git ls-files '*.c' '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 800 { print $2 ": " $1 " lines" }')
[ -z "$long" ] || complain 'more than 800 lines: two rooms?' "$long"

scripts=$(git ls-files '*.sh')
# shellcheck disable=SC2086
shell=$(shellcheck dev .ci/run $scripts 2>&1 || true)
[ -z "$shell" ] || complain 'shellcheck:' "$shell"

# The page, where what formats it has been fetched (`./dev test` does).
if [ -x web/node_modules/.bin/prettier ]; then
    cd web
    page=$(node_modules/.bin/prettier --cache --config .prettierrc.json --list-different . ../tests/browser 2>&1 || true)
    cd ..
    [ -z "$page" ] || complain 'not formatted by prettier:' "$page"
fi

if [ "$bad" -eq 0 ]; then
    echo 'lint: clean'
fi
exit "$bad"
