#!/usr/bin/env bash
# The log with BENCH_RECORDS records (1,000,000): leaves integrated while clients commit, the wait for inclusion, the proof of
# one holder's list, the map; each time beside Tessera's POSIX driver on the same disk, on BENCH_CORES processors (2), each
# stage for BENCH_STAGE (15s). With BENCH_DB, the address of a PostgreSQL server on which databases may be made and that keeps what it
# commits, or with BENCH_DB=own, which starts one, first on PostgreSQL; then on SQLite. The last line is JSON. It
# takes about 2 kB of disk for each record, below TMPDIR, and gives it back.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh
. scripts/postgres.sh

work=$(mktemp -d)
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
go build -o "$work/log" ./test/log
go build -C test/log/tessera -o "$work/tessera" .
on=(taskset -c "0-$((${BENCH_CORES:-2} - 1))")
run() {
  echo "== Tessera"
  TMPDIR="$work" "${on[@]}" "$work/tessera" -stage "${BENCH_STAGE:-15s}" 2>"$work/said" >"$work/figure" || { cat "$work/said" >&2; return 1; }
  head -n 1 "$work/figure"
  TMPDIR="$work" "${on[@]}" "$work/log" -records "${BENCH_RECORDS:-1000000}" -clients "${BENCH_CLIENTS:-64}" -stage "${BENCH_STAGE:-15s}" \
    -tessera "$(tail -n 1 "$work/figure")" "$@"
}

server=${BENCH_DB:-}
if [ "$server" = own ]; then
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
