#!/usr/bin/env bash
# A batch of BENCH_ROWS licenses (100,000) from a file of rows to published licenses, beside what its parts allow, on
# BENCH_CORES processors (2). With BENCH_DB or YINXIN_TEST_POSTGRES, the address of a PostgreSQL server on which databases
# may be made, first on PostgreSQL; then on SQLite, the embedded default. The last line is JSON. It takes about 90 kB of
# disk for each license, below TMPDIR, and gives it back.
set -euo pipefail
cd "$(dirname "$0")/.."

rows=${BENCH_ROWS:-100000}
server=${BENCH_DB:-${YINXIN_TEST_POSTGRES:-}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
go build -o "$work/issue" ./test/issue
on=(taskset -c "0-$((${BENCH_CORES:-2} - 1))")

if [ -n "$server" ]; then
  echo "== PostgreSQL"
  TMPDIR="$work" "${on[@]}" "$work/issue" -rows "$rows" -server "$server"
fi
echo "== SQLite"
TMPDIR="$work" "${on[@]}" "$work/issue" -rows "$rows"
