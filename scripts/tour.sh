#!/usr/bin/env bash
# Takes the pictures of docs/tour.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh
YINXIN_TEST_CHROMIUM=$(find_chromium)
export YINXIN_TEST_CHROMIUM
npm --prefix test/e2e ci --no-audit --no-fund
YINXIN_BIN="$PWD/bin/yinxin" npm --prefix test/e2e run tour
