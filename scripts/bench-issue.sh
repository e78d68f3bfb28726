#!/usr/bin/env bash
# A batch of BENCH_ROWS licenses (100,000) from a file of rows to published licenses, beside what its parts allow, on
# BENCH_CORES processors (2). First on PostgreSQL: the server of BENCH_DB, on which databases may be made, or one that is
# started for the time of the measurement where PostgreSQL is installed; then on SQLite, the embedded default. The last
# line is JSON. It takes about 90 kB of disk for each license, below TMPDIR, and gives it back.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh
. scripts/postgres.sh

rows=${BENCH_ROWS:-100000}
work=$(mktemp -d)
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
go build -o "$work/issue" ./test/issue
on=(taskset -c "0-$((${BENCH_CORES:-2} - 1))")

server=${BENCH_DB:-}
if [ -z "$server" ] && find_postgres >/dev/null; then
  postgres_start "$work" durable
  server=$YINXIN_TEST_POSTGRES
fi
if [ -n "$server" ]; then
  echo "== PostgreSQL"
  TMPDIR="$work" "${on[@]}" "$work/issue" -rows "$rows" -server "$server"
  postgres_stop
fi
echo "== SQLite"
TMPDIR="$work" "${on[@]}" "$work/issue" -rows "$rows"
