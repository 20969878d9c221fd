#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measure on this machine: each figure beside its peer in the same run, the median of several.
set -eu
cd "$(dirname "$0")/.."
folder=build/bench-data
rm -rf "$folder"
mkdir -p "$folder"
trap 'rm -rf "$folder"' EXIT INT TERM
if [ -x build/bench/bench_ledger ]; then
    build/bench/bench_ledger
fi
build/bench/bench_engine "$folder" 10000 2000000 3 0
build/bench/bench_engine "$folder" 1000000 2000000 3 0
build/bench/bench_engine "$folder" 10000 2000000 3 1
