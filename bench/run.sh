#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measure on this machine: each figure beside its peer in the same run, medians of several rounds.
#
#     run.sh [--full] [--json FILE] [--plots]
set -eu
cd "$(dirname "$0")/.."
transfers=1000000
rounds=5
seconds=2
batches=30
json=
plots=
while [ $# -gt 0 ]; do
    case $1 in
    --full)
        transfers=10000000
        seconds=10
        batches=240
        ;;
    --json)
        [ $# -ge 2 ] || {
            echo 'bench: --json needs a file' >&2
            exit 2
        }
        json=$2
        shift
        ;;
    --plots) plots=docs/plots ;;
    *)
        echo "bench: unknown option '$1'; known are --full, --json FILE and --plots" >&2
        exit 2
        ;;
    esac
    shift
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/sandbank-bench.XXXXXX") # PostgreSQL's own user must be able to get there
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
figures=$folder/figures
load_before=$(cut -d ' ' -f 1 /proc/loadavg)
run() {
    echo "bench: $1" >&2
    shift
    "$@" >>"$figures"
}
run 'verdicts and memory' build/bench/bench_ledger charters/vn/mobile-money.charter 1000000
run '10,000 accounts, ids in order, replay' build/bench/bench_engine "$folder" 10000 "$transfers" "$rounds" 0
run '10,000 accounts, ids at random' build/bench/bench_engine "$folder" 10000 "$transfers" "$rounds" 1
round=0
while [ "$round" -lt "$rounds" ]; do # in turns, so that what else the machine does meets both
    round=$((round + 1))
    mkdir "$folder/pg$round"
    run "PostgreSQL, in sets and one by one, round $round" sh bench/pg.sh "$folder/pg$round" 10000 "$batches" "$seconds"
    rm -rf "$folder/pg$round"
    run "single transfers, round $round" build/bench/bench_front "$folder" "$seconds"
done
run '1,000,000 accounts' build/bench/bench_engine "$folder" 1000000 "$transfers" "$rounds" 0
load_after=$(cut -d ' ' -f 1 /proc/loadavg)

# One line a figure: the median of its rounds, in the order in which they came.
awk '
NF == 2 && $1 ~ /^[a-z_0-9]+$/ {
    if (!($1 in count)) names[++name_count] = $1
    value[$1, ++count[$1]] = $2 + 0
}
END {
    for (n = 1; n <= name_count; n++) {
        name = names[n]
        for (i = 2; i <= count[name]; i++)
            for (j = i; j > 1 && value[name, j - 1] > value[name, j]; j--) {
                swap = value[name, j]
                value[name, j] = value[name, j - 1]
                value[name, j - 1] = swap
            }
        print name, value[name, int((count[name] + 1) / 2)]
    }
}' "$figures" >"$folder/medians"
figures=$folder/medians

awk -v transfers="$transfers" -v load="$load_before to $load_after" '
function ratio(a, b) { return f[b] > 0 ? f[a] / f[b] : 0 }
function row(text, name, peer, unit) {
    printf "%-46s %12.0f %-7s", text " [" name "]", f[name], unit
    if (peer != "") printf " %12.0f [%s]", f[peer], peer
    printf "\n"
}
function bar(text, value, least, most,   met) {
    met = (least == "" || value >= least) && (most == "" || value <= most)
    printf "  %-58s %10.2f  %s %s\n", text, value, least != "" ? "at least " least : "at most " most, met ? "" : "  not met"
}
NF == 2 && $1 ~ /^[a-z_0-9]+$/ { f[$1] = $2 }
END {
    print transfers " transfers; load of the machine " load "; right: the peer in the same run"
    row("durable, judged", "durable_judged_tps", "pg_set_tps", "/s")
    row("  the bytes alone, appended", "raw_append_tps", "", "/s")
    row("  over 1,000,000 accounts", "durable_judged_tps_1m", "raw_append_tps_1m", "/s")
    row("  ids at random", "durable_judged_tps_random", "raw_append_tps_random", "/s")
    row("single, 1 client", "single_1_tps", "pg_one_1_tps", "/s")
    row("single, 8 clients", "single_8_tps", "pg_one_8_tps", "/s")
    row("single, 32 clients", "single_32_tps", "pg_one_32_tps", "/s")
    row("at 1,000 a second, p50", "p50_us", "fdatasync_p50_us", "us")
    row("at 1,000 a second, p99", "p99_us", "fdatasync_p99_us", "us")
    row("replay, one step", "replay_one_step_eps", "", "/s")
    row("replay, whole run", "replay_whole_run_eps", "", "/s")
    row("a verdict", "verdict_ns", "", "ns")
    row("an account", "bytes_account", "", "bytes")
    row("a live calendar window", "bytes_window", "", "bytes")
    row("a live event of a rolling one, besides", "bytes_rolling_entry", "", "bytes")
    printf "%-46s %12.2f s\n", "opening 1,000,000 accounts [open_journal_s]", f["open_journal_s"]
    print "processor time of a durable transfer, all threads: " f["durable_cpu_us"] " us; over 1,000,000 accounts " f["durable_cpu_us_1m"] " us"
    printf "%-46s %12.2f s\n", "  from a snapshot [open_snapshot_s]", f["open_snapshot_s"]
    printf "%-46s %12.2f ms\n", "  a snapshot stops the engine [snapshot_stop_ms]", f["snapshot_stop_ms"]
    print "bars:"
    bar("durable_judged_tps / pg_set_tps", ratio("durable_judged_tps", "pg_set_tps"), 10)
    bar("durable_judged_tps / raw_append_tps", ratio("durable_judged_tps", "raw_append_tps"), 0.6)
    bar("durable_judged_tps_random / durable_judged_tps", ratio("durable_judged_tps_random", "durable_judged_tps"), 0.6)
    bar("durable_judged_tps_1m / durable_judged_tps", ratio("durable_judged_tps_1m", "durable_judged_tps"), 0.6)
    bar("single_1_tps / pg_one_1_tps", ratio("single_1_tps", "pg_one_1_tps"), 2)
    bar("single_32_tps / pg_one_32_tps", ratio("single_32_tps", "pg_one_32_tps"), 8)
    bar("p99_us / fdatasync_p99_us", ratio("p99_us", "fdatasync_p99_us"), "", 3)
    bar("verdict_ns", f["verdict_ns"], "", 150)
    bar("replay_one_step_eps, millions", f["replay_one_step_eps"] / 1e6, 5)
    bar("replay_whole_run_eps, millions", f["replay_whole_run_eps"] / 1e6, 3)
    bar("open_snapshot_s", f["open_snapshot_s"], "", 1)
    bar("snapshot_stop_ms", f["snapshot_stop_ms"], "", 50)
    bar("bytes_account", f["bytes_account"], "", 192)
    bar("bytes_window", f["bytes_window"], "", 48)
    bar("bytes_rolling_entry", f["bytes_rolling_entry"], "", 16)
}' "$figures"

if [ -n "$json" ]; then
    awk -v transfers="$transfers" -v load="$load_before" '
    NF == 2 && $1 ~ /^[a-z_0-9]+$/ { figures = figures sprintf(",\n  \"%s\": %s", $1, $2) }
    END { printf "{\n  \"transfers\": %s,\n  \"load_before\": %s%s\n}\n", transfers, load, figures }' "$figures" >"$json"
fi
if [ -n "$plots" ]; then
    echo 'bench: how cost grows' >&2
    sh bench/plots.sh "$folder" "$plots"
fi
