#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The page: its types, its unit tests, and a walk through it in Chromium against a real server with a small synthetic country.
# usage: page.sh PROGRAM SOURCE-FOLDER BUILD-FOLDER. What is missing (node, npm's packages, Chromium, the built page) skips it: `./dev test` has all.
set -u
program=$(realpath "$1")
source=$(realpath "$2")
build=$(realpath "$3")
chromium=${CHROMIUM:-/usr/bin/chromium}
for needed in "$build/web/index.html" "$source/web/node_modules/playwright-core/package.json" "$chromium"; do
    if [ ! -e "$needed" ]; then
        echo "skipped: there is no $needed"
        exit 77
    fi
done
out=$build/page-tests
rm -rf "$out"
mkdir -p "$out"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$out/pilots" "$out/vn.events"' EXIT
trap 'exit 3' INT TERM
export SANDBANK_HOME="$source" CHROMIUM="$chromium"
bad=0

if (cd "$source/web" && node_modules/.bin/tsc --noEmit) >"$out/types.txt" 2>&1; then
    echo '1 passed, 0 failed'
else
    echo 'FAILED types'
    head -n 20 "$out/types.txt"
    echo '0 passed, 1 failed'
    bad=1
fi
node "$source/web/test/run.mjs" || bad=1

# prepared STATUS FILE: what must have worked before there is anything to look at.
prepared() {
    [ "$1" -ne 0 ] || return 0
    echo 'FAILED to prepare a pilot'
    tail -n 5 "$2"
    echo '0 passed, 1 failed'
    exit 1
}
mkdir "$out/pilots"
"$program" synth --country vn --scale 1000 --from 2025-09-01 --to 2025-10-31 --seed 316 --out "$out/vn.events" >"$out/synth.txt" 2>&1
prepared $? "$out/synth.txt"
# 1 says that something was refused: here something must be.
"$program" run "$out/pilots/vn" --charter vn/mobile-money "$out/vn.events" >"$out/run.txt" 2>&1
[ $? -le 1 ]
prepared $? "$out/run.txt"

# Two people for each language: a digit code is good once, so nobody signs in twice in one test.
password='correct horse battery staple'
people=
for lang in vi en; do
    for role in maker checker; do
        printf '%s\n' "$password" | "$program" user add "$out/pilots" "$role-$lang" --roles "viewer,analyst,$role" >"$out/user.txt" 2>&1
        prepared $? "$out/user.txt"
        "$program" user totp "$out/pilots" "$role-$lang" >"$out/user.txt" 2>&1
        prepared $? "$out/user.txt"
        secret=$(sed -n 's/.*[?]secret=\([A-Z2-7]*\).*/\1/p' "$out/user.txt")
        people="$people\"$lang-$role\":{\"name\":\"$role-$lang\",\"password\":\"$password\",\"secret\":\"$secret\"},"
    done
done
printf '{%s}\n' "${people%,}" >"$out/people.json"

"$program" serve "$out/pilots" --port 0 --page "$build/web" 2>"$out/server.txt" &
server=$!
base=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    base=$(sed -n 's/.*\(http:\/\/127\.0\.0\.1:[0-9]*\).*/\1/p' "$out/server.txt" | head -n 1)
    [ -z "$base" ] || break
    sleep 0.5
done
if [ -z "$base" ]; then
    echo 'FAILED the server did not start'
    cat "$out/server.txt"
    echo '0 passed, 1 failed'
    exit 1
fi
timeout 500 node "$source/tests/browser/walk.mjs" "$base" vn "$out" "$out/people.json" || bad=1
kill "$server"
if ! wait "$server"; then
    echo 'FAILED the server did not end in good order'
    echo '0 passed, 1 failed'
    bad=1
fi
server=
exit "$bad"
