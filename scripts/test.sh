#!/usr/bin/env bash
# All checks. A failed step does not stop the later ones; the last line counts, the exit code decides.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh
. scripts/postgres.sh

work=$(mktemp -d)
trap 'postgres_stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

passed=0
failed=()

timed() {
  local name=$1 began=$SECONDS
  shift
  echo "== $name"
  if "$@" </dev/null; then
    echo "== $name: ok, $((SECONDS - began)) s"
  else
    echo "== $name: FAILED, $((SECONDS - began)) s"
    return 1
  fi
}

count() {
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed+=("$1"); fi
}

step() {
  local status=0
  timed "$@" || status=1
  count "$1" $status
}

# together NAME COMMAND NAME COMMAND runs two steps of which neither can use two cores, and tells of one after the other.
together() {
  local status=0 other
  timed "$3" "$4" >"$work/other" 2>&1 &
  other=$!
  timed "$1" "$2" || status=1
  count "$1" $status
  status=0
  wait "$other" || status=1
  cat "$work/other"
  count "$3" $status
}

web_types() { npm --prefix web run check; }
web_tests() { npm --prefix web test; }

# What is judged by programs that we did not write: a license of every type from the demonstration, every thousandth
# of the batches that were killed and resumed, one with three seals of three units on two levels, and the corpus.
export YINXIN_BATCH_FILES="$work/batch"
corpus() {
  env -u GOGC bin/yinxin demo --once --data "$work/demo" && go run ./conformance/corpus -out "$work/corpus" &&
    if [ -d "$YINXIN_BATCH_FILES" ]; then cp "$YINXIN_BATCH_FILES"/*.ofd "$work/demo/out"; fi
}

by_ofdrw() {
  YINXIN_OFD_DIR="$work/demo/out" YINXIN_CORPUS_DIR="$work/corpus" YINXIN_FOREIGN_DIR="$work/foreign" \
    mvn -B -q -f conformance/ofdrw/pom.xml test
}

# The other way round: files that ofdrw made and sealed just before.
of_ofdrw() {
  YINXIN_FOREIGN_DIR="$work/foreign" go test -count 1 ./conformance/foreign
}

by_openssl() {
  YINXIN_CORPUS_DIR="$work/corpus" go test -count 1 ./conformance/openssl
}

by_ofdjs() {
  npm --prefix conformance/ofdjs ci --ignore-scripts --no-audit --no-fund || return 1
  YINXIN_CORPUS_DIR="$work/corpus" npm --prefix conformance/ofdjs test
}

by_easyofd() {
  python3 -m venv "$work/easyofd" || return 1
  "$work/easyofd/bin/pip" install -q --disable-pip-version-check --no-deps -r conformance/easyofd/requirements.txt || return 1
  "$work/easyofd/bin/python" -W ignore conformance/easyofd/read.py "$work/corpus"
}

# The examples of the share interface, and the whole interface against its document.
share() {
  scripts/share.sh "$work/demo" "$work"
}

# The previews that the browser tests kept, against the licenses that they issued.
previews() {
  YINXIN_OFD_DIR="$work/demo/out" YINXIN_PREVIEW_DIR="$PWD/test/e2e/out/preview" \
    mvn -B -q -f conformance/ofdrw/pom.xml test -Dtest=PreviewTest
}

e2e() {
  npm --prefix test/e2e ci --no-audit --no-fund || return 1
  env -u GOGC YINXIN_BIN="$PWD/bin/yinxin" npm --prefix test/e2e test
}

YINXIN_TEST_CHROMIUM=$(find_chromium)
export YINXIN_TEST_CHROMIUM
# All that is compiled is compiled alike, so that binary, linter and tests share it.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-trimpath"
# Compilers and linters are faster with garbage than without; what is tested runs as it does elsewhere.
export GOGC=400
# The city that tests copy is made once for all of them.
export YINXIN_TEST_TEMPLATES="$work/templates"
mkdir "$YINXIN_TEST_TEMPLATES"
postgres_start "$work"

step 'web build' make --no-print-directory web
together 'web types' web_types 'web tests' web_tests
step 'binary' make --no-print-directory build
# Its govet looks for all that go vet looks for, so that does not run again before each package's tests. Three at once, because
# some wait for the disk; and without DWARF, which takes longer to link than the rest and serves debuggers alone.
step 'golangci-lint' make --no-print-directory lint
step 'go test' go test -exec 'env -u GOGC' -vet=off -ldflags=-w -p 3 -timeout 15m ./...
step 'files to judge' corpus
together 'judged by ofdrw' by_ofdrw 'judged by ofd.js' by_ofdjs
step 'files of ofdrw' of_ofdrw
step 'judged by OpenSSL' by_openssl
step 'judged by easyofd' by_easyofd
step 'share interface' share
if [ -f test/e2e/package.json ]; then
  step 'browser' e2e
  step 'preview conformance' previews
fi

for name in "${failed[@]+"${failed[@]}"}"; do
  echo "failed: $name"
done
echo "make test took $SECONDS s"
echo "steps: $passed passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
