#!/usr/bin/env bash
# The drill for a stolen seal key over BENCH_ROWS licenses (100,000): genuine files, forgeries of every kind, sealing anew.
# With BENCH_DB or YINXIN_TEST_POSTGRES, the address of a PostgreSQL server on which databases may be made, first on
# PostgreSQL; then on SQLite. The last line is JSON. Ends with 1 if a genuine file is rejected, a forgery accepted or a
# license left out. It takes about 200 kB of disk for each license, below TMPDIR, and gives it back.
set -euo pipefail
cd "$(dirname "$0")/.."

rows=${BENCH_ROWS:-100000}
server=${BENCH_DB:-${YINXIN_TEST_POSTGRES:-}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
go build -o "$work/burn" ./test/burn

if [ -n "$server" ]; then
  echo "== PostgreSQL"
  TMPDIR="$work" "$work/burn" -rows "$rows" -server "$server"
fi
echo "== SQLite"
TMPDIR="$work" "$work/burn" -rows "$rows"
