#!/usr/bin/env bash
# How the hall answers 50, 200 and 500 people at once, on this machine. The last line is JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
go run ./test/load --binary bin/yinxin "$@"
