#!/usr/bin/env bash
# Licenses made and verified per second of one core, beside ofdrw and beside what nobody can leave out. The last line
# is JSON. BENCH_DOCS licenses (20,000) are made in one process to see that its memory does not grow; BENCH_COUNT runs
# of BENCH_TIME each give the medians; ofdrw warms up for BENCH_OFDRW_SECONDS and is measured for as long.
set -euo pipefail
cd "$(dirname "$0")/.."

count=${BENCH_COUNT:-5}
time=${BENCH_TIME:-2s}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

go test -c -o "$work/ofd.test" ./ofd
go test -c -o "$work/verify.test" ./verify

# bench PROGRAM PATTERN PROCESSORS COUNT. Alternating rounds: a machine that slows down slows all of them.
bench() {
  "$work/$1.test" -test.run '^$' -test.bench "$2" -test.benchmem -test.benchtime "$time" -test.count "$4" -test.cpu "$3"
}

echo '== ours, one core'
for _ in $(seq "$count"); do
  bench ofd '^Benchmark(GenerateSealed|GenerateFloor)$' 1 1
  bench verify '^Benchmark(Verify|VerifyFloor)$' 1 1
done | tee "$work/one.txt" | grep ^Benchmark

echo '== ours, two cores against one'
for _ in $(seq "$count"); do
  bench ofd '^BenchmarkGenerateSealedParallel$' 1,2 1
  bench verify '^BenchmarkVerifyParallel$' 1,2 1
done | tee "$work/two.txt" | grep ^Benchmark

echo '== ofdrw, the same licenses'
mkdir "$work/contents"
go run ./test/measure contents "$work/contents"
YINXIN_BENCH_DIR="$work/contents" YINXIN_BENCH_SECONDS="${BENCH_OFDRW_SECONDS:-30}" \
  mvn -B -q -f conformance/ofdrw/pom.xml test -Dtest=Bench
cat "$work/contents/ofdrw.txt"

echo '== memory'
YINXIN_BENCH_DOCS="${BENCH_DOCS:-20000}" go test -count 1 -timeout 0 -v -run TestMemoryStaysFlat ./test/specimen

echo '== in all'
go run ./test/measure report "$work/one.txt" "$work/two.txt" "$work/contents/ofdrw.txt"
