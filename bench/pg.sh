#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The peer: PostgreSQL of Debian, in a folder of its own, fsync on. Prints one figure a line.
#
#     pg.sh FOLDER ACCOUNTS BATCHES SECONDS
set -eu
folder=$1
accounts=$2
batches=$3
seconds=$4
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
as=
if [ "$(id -u)" -eq 0 ]; then # initdb refuses root
    as='setpriv --reuid=postgres --regid=postgres --clear-groups --'
    chown postgres:postgres "$folder"
fi
here=$(cd "$folder" && pwd)
stop() {
    (cd "$here" && $as "$bin/pg_ctl" -D "$here/data" -m immediate -s stop) >/dev/null 2>&1 || true
}
trap stop EXIT
trap 'exit 1' INT TERM
cd "$here"
$as "$bin/initdb" -D "$here/data" -A trust -U bench >"$here/log" 2>&1
# The defaults but for memory and the size of the log: fsync and synchronous_commit stay on.
$as "$bin/pg_ctl" -D "$here/data" -s -w -l "$here/server.log" -o "-k $here -h '' -c shared_buffers=512MB -c max_wal_size=4GB" start >"$here/log2" 2>&1
export PGHOST="$here" PGUSER=bench PGDATABASE=postgres
"$bin/psql" -q -v ON_ERROR_STOP=1 -v accounts="$accounts" <<'SQL'
SET client_min_messages = warning;
CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL, month_sum bigint NOT NULL, day_sum bigint NOT NULL,
    day_count bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE transfer (id bigint PRIMARY KEY, payer bigint NOT NULL, payee bigint NOT NULL, amount bigint NOT NULL,
    at timestamptz NOT NULL);
CREATE SEQUENCE ids;
INSERT INTO account SELECT n, 0, 0, 0, 0 FROM generate_series(1, :accounts) n;
-- 8,190 transfers as one set: two statements, limits checked on the sums that the batch leaves.
CREATE FUNCTION transfer_set(first bigint, accounts bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS batch (id bigint, payer bigint, payee bigint, amount bigint);
    TRUNCATE batch;
    INSERT INTO batch SELECT first + n, 1 + p, 1 + (p + 1 + (random() * (accounts - 2))::bigint) % accounts,
        1 + (random() * 999)::bigint
        FROM (SELECT n, (random() * (accounts - 1))::bigint p FROM generate_series(0, 8189) n) d;
    INSERT INTO transfer SELECT id, payer, payee, amount, now() FROM batch WHERE amount <= 5000000;
    UPDATE account a SET balance = a.balance + s.net, month_sum = a.month_sum + s.paid, day_sum = a.day_sum + s.paid,
        day_count = a.day_count + s.number
        FROM (SELECT id, sum(net) net, sum(paid) paid, sum(number) number FROM (
                SELECT payer id, -amount net, amount paid, 1 number FROM batch
                UNION ALL SELECT payee, amount, 0, 0 FROM batch) u GROUP BY id) s
        WHERE a.id = s.id AND a.month_sum + s.paid <= 10000000000 AND a.day_sum + s.paid <= 1000000000
            AND a.day_count + s.number <= 1000000;
END $$;
-- One transfer: both accounts are locked in the order of their ids, the limits are checked, the money moves.
CREATE FUNCTION transfer_one(from_id bigint, to_id bigint, sum_ bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE a account;
BEGIN
    PERFORM 1 FROM account WHERE id IN (from_id, to_id) ORDER BY id FOR UPDATE;
    SELECT * INTO a FROM account WHERE id = from_id;
    IF sum_ > 5000000 OR a.month_sum + sum_ > 10000000000 OR a.day_sum + sum_ > 1000000000 OR a.day_count >= 1000000 THEN
        RETURN false;
    END IF;
    UPDATE account SET balance = balance - sum_, month_sum = month_sum + sum_, day_sum = day_sum + sum_,
        day_count = day_count + 1 WHERE id = from_id;
    UPDATE account SET balance = balance + sum_ WHERE id = to_id;
    INSERT INTO transfer VALUES (nextval('ids'), from_id, to_id, sum_, now());
    RETURN true;
END $$;
SELECT setval('ids', 1000000000000) \g /dev/null
CHECKPOINT;
SQL
cat >set.sql <<SQL
SELECT transfer_set(nextval('ids') * 8190, $accounts);
SQL
cat >one.sql <<SQL
\\set payer random(1, $accounts)
\\set step random(1, $accounts - 1)
\\set amount random(1, 1000)
SELECT transfer_one(:payer, 1 + (:payer - 1 + :step) % $accounts, :amount);
SQL
tps() {
    "$bin/pgbench" -n -M prepared "$@" 2>>log | awk '/^tps = /{print $3}'
}
tps -f set.sql -c 1 -t "$batches" | awk '{printf "pg_set_tps %.0f\n", $1 * 8190}'
for clients in 1 8 32; do
    tps -f one.sql -c "$clients" -j 2 -T "$seconds" | awk -v c="$clients" '{printf "pg_one_%d_tps %.0f\n", c, $1}'
done
