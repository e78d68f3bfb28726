#!/usr/bin/env bash
# Complete uses of licenses through the server, beside bare durable commits of the rows that they write, on BENCH_CORES
# processors (2) with BENCH_CLIENTS clients (64) on the same machine. First on PostgreSQL: the server of BENCH_DB, on which
# databases may be made, or one that is started for the time of the measurement where PostgreSQL is installed; then on
# SQLite, the embedded default. The last line is JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh
. scripts/postgres.sh

work=$(mktemp -d)
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
go build -o "$work/access" ./test/access
run() {
  TMPDIR="$work" taskset -c "0-$((${BENCH_CORES:-2} - 1))" "$work/access" -clients "${BENCH_CLIENTS:-64}" -stage "${BENCH_STAGE:-10s}" "$@"
}

server=${BENCH_DB:-}
if [ -z "$server" ] && find_postgres >/dev/null; then
  postgres_start "$work" durable
  server=$YINXIN_TEST_POSTGRES
fi
if [ -n "$server" ]; then
  echo "== PostgreSQL"
  run -server "$server"
  postgres_stop
fi
echo "== SQLite"
run
