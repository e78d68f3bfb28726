#!/usr/bin/env bash
# What is too long for every change: each fuzz target for FUZZTIME (default 2m), the server killed YINXIN_KILLS times
# (default 200) on each database, then all tests five times in changing order.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh
. scripts/postgres.sh

work=$(mktemp -d)
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

for package in $(go list ./...); do
  for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
    echo "== $package $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-2m}" -fuzzminimizetime 10x "$package"
  done
done

postgres_start "$work"
# The server is killed many times more often than in every run of the tests.
YINXIN_KILLS="${YINXIN_KILLS:-200}" go test -count 1 -timeout 60m -v -run Killed ./test/kill
YINXIN_READER_KILLS=300 go test -count 1 -timeout 60m -v -run KilledReader ./internal/access
YINXIN_LOG_KILLS=300 YINXIN_LOG_OUTAGES=10 go test -count 1 -timeout 60m -v -run 'KilledLog|CrashedDatabase' ./internal/evidence
# A hundred thousand lives of licenses instead of a thousand.
YINXIN_LIVES=100000 go test -count 1 -timeout 120m -v -run LivesAgainstTheDatabase ./internal/license
# A million uses of licenses on all grounds, right ones and hostile ones, instead of ten thousand.
YINXIN_TUPLES=500000 go test -count 1 -timeout 120m -v -run NoReadOutsideAGround ./internal/access
# A hundred thousand rows instead of twenty thousand.
YINXIN_BATCH_ROWS=100000 go test -count 1 -timeout 60m -v -run 'Killed' ./test/batch
go test -count 5 -shuffle on -timeout 60m ./...
