#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build the page into a folder: `web/build.sh OUT [--all]`. Fetches what web/package-lock.json names when it is not there yet (only what the bundle
# is made of; --all: what the page's tests need, too), and bundles again only when a source is newer than the bundle.
set -eu
out=$1
everything=${2:-}
case $out in
/*) ;;
*) out=$PWD/$out ;;
esac
cd "$(dirname "$0")"

# Nothing that a package brings is run while it is installed.
fetch() {
    npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error "$@" >&2
}

# npm writes the hidden lock last: it is there, and not older than ours, when all is there.
fetched=$(find node_modules/.package-lock.json ! -newer package-lock.json 2>/dev/null || echo missing)
[ -f node_modules/.package-lock.json ] || fetched=missing
mkdir -p "$out"
if [ "$everything" = --all ] && { [ -n "$fetched" ] || [ ! -d node_modules/playwright-core ]; }; then
    fetch
elif [ -n "$fetched" ]; then
    fetch --omit=dev
fi
newer=yes
if [ -f "$out/index.html" ]; then
    newer=$(find . -path ./node_modules -prune -o -path ./test -prune -o -path ./dev -prune -o -type f -newer "$out/index.html" -print | head -n 1)
fi
[ -z "$newer" ] || node build.mjs "$out"
