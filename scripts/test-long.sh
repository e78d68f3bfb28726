#!/usr/bin/env bash
# What is too long for every change: each fuzz target for FUZZTIME (default 2m), then all tests five times
# in changing order.
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
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-2m}" "$package"
  done
done

postgres_start "$work"
go test -count 5 -shuffle on -timeout 60m ./...
