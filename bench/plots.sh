#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How cost grows, as pictures: measure, keep the points, draw them with gnuplot.
#
#     plots.sh FOLDER TO      FOLDER: to work in; TO: where growth.txt and the .svg files go
set -eu
folder=$1
to=$2
mkdir -p "$to"
build/bench/bench_growth "$folder" >"$folder/growth"
{
    echo "# Points of the plots beside this file: ./dev bench --plots"
    echo "# accounts, limits: number, ns of the thread for a step"
    echo "# windows: live events in a window of 30 days, ns for a step, bytes for each"
    echo "# history: transfers, durable transfers/s meanwhile, s to replay them all, s to open the engine"
    sed 's/^plot //' "$folder/growth"
} >"$to/growth.txt"

# points NAME: the columns of one plot.
points() {
    awk -v name="$1" '$1 == name { $1 = ""; print }' "$to/growth.txt" >"$folder/$1.points"
}
for plot in accounts limits windows history; do
    points "$plot"
done
head='set terminal svg size 640,400 background "white"; set grid; set key left top; set style data linespoints'
gnuplot <<PLOTS
$head
set output "$to/accounts.svg"
set title "A step of the ledger, by the number of accounts (three limits, accounts at random)"
set xlabel "accounts"; set ylabel "ns"; set logscale x; set yrange [0:*]
plot "$folder/accounts.points" using 1:2 notitle

set output "$to/limits.svg"
set title "A step of the ledger, by the number of limits (10 000 accounts)"
set xlabel "limits that count the transfer"; unset logscale
plot "$folder/limits.points" using 1:2 notitle

set output "$to/windows.svg"
set title "A rolling window of 30 days, by its live events"
set xlabel "live events of a window"; set logscale x; set y2tics; set y2label "bytes for a live event"; set y2range [0:*]
set ytics nomirror
plot "$folder/windows.points" using 1:2 title "ns for a step", "" using 1:3 axes x1y2 title "bytes (right)"

set output "$to/history.svg"
set title "The engine, by the length of its history (10 000 accounts, ids at random)"
set xlabel "transfers"; set ylabel "durable transfers/s"; set y2label "s"; unset logscale; set format x "%.0s%c"; set format y "%.0s%c"
plot "$folder/history.points" using 1:2 title "durable transfers/s", "" using 1:3 axes x1y2 title "s to replay all (right)", \\
    "" using 1:4 axes x1y2 title "s to open (right)"
PLOTS
echo "bench: plots are in $to" >&2
