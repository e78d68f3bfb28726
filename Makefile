# Yinxin. `make demo` shows it, `make test` proves it; both say what they need.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

export CGO_ENABLED := 0
export YES ?=

LINT := bin/golangci-lint

.PHONY: help demo test test-long bench bench-catalogue bench-access bench-hall bench-ofd bench-issue bench-life bench-long bench-log bench-burn tour build web types lint fmt fonts clean

help:
	@echo 'make demo       build everything and open the demonstration city (needs Go; Node for the pages)'
	@echo 'make test       all checks, as CI runs them; YES=1 installs what is missing without asking'
	@echo 'make test-long  fuzzing and repeated tests, about an hour'
	@echo 'make bench      measurements of docs/performance.md'
	@echo 'make bench-ofd  license files made and verified, beside ofdrw and beside what nobody can leave out'
	@echo 'make bench-issue  a batch of 100,000 licenses from a file of rows to the log, beside what its parts allow'
	@echo 'make bench-life  state and as-of queries among a million licenses, beside ten thousand'
	@echo 'make bench-long  state, as-of queries and the log among ten million; it takes hours and 30 GB of disk'
	@echo 'make bench-log  leaves integrated, the wait for it and the proof of one list among a million records, beside Tessera'
	@echo 'make bench-burn  drill for a stolen seal key: 100,000 licenses verified, forged and sealed anew'
	@echo 'make bench-catalogue  a city'\''s catalogue imported, searched and counted'
	@echo 'make bench-access  complete uses of licenses, beside bare commits of the rows they write'
	@echo 'make bench-hall  pages and answers of the demonstration under 50, 200 and 500 people at once'
	@echo 'make tour       the pictures of docs/tour, from a demonstration city'
	@echo 'make web        the pages            make build   the binary, bin/yinxin'
	@echo 'make lint       golangci-lint        make fmt     gofmt'
	@echo 'make fonts      the font subsets shipped in ofd/font, from the full files'

demo:
	@scripts/need.sh go
	@if scripts/need.sh --quiet node; then $(MAKE) --no-print-directory web; \
	 else echo 'Node.js 20.19 or newer is missing: the demonstration runs without the console and the phone pages.'; fi
	@$(MAKE) --no-print-directory build
	bin/yinxin demo

build:
	go build -trimpath -o bin/yinxin ./cmd/yinxin

web: web/node_modules/.package-lock.json
	npm --prefix web run build

types: web/node_modules/.package-lock.json
	npm --prefix web run types

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	@touch $@

test:
	@scripts/need.sh go node postgres chromium cc java openssl python
	@scripts/test.sh

test-long:
	@scripts/need.sh go postgres
	@scripts/test-long.sh

bench:
	@scripts/need.sh go
	go test -run '^$$' -bench . -benchmem -timeout 30m ./...

bench-catalogue:
	@scripts/need.sh go
	YINXIN_CATALOGUE=full go test -count 1 -timeout 30m -v -run TestCatalogueOfACity ./test/catalogue

bench-access:
	@scripts/need.sh go
	@scripts/bench-access.sh

# The pages are measured as they are served, so they are built first.
bench-hall: web build
	@scripts/need.sh go node
	@scripts/bench-hall.sh

bench-ofd:
	@scripts/need.sh go java
	@scripts/bench-ofd.sh

bench-issue:
	@scripts/need.sh go
	@scripts/bench-issue.sh

bench-life:
	@scripts/need.sh go
	go run ./test/life -rows $${BENCH_ROWS:-1000000} -data "$${BENCH_DATA:-}" -server "$${BENCH_DB:-}"

bench-long:
	@scripts/need.sh go
	go run ./test/life -rows $${BENCH_ROWS:-10000000} -data "$${BENCH_DATA:-}" -server "$${BENCH_DB:-}"
	@BENCH_RECORDS=$${BENCH_RECORDS:-10000000} scripts/bench-log.sh

bench-log:
	@scripts/need.sh go
	@scripts/bench-log.sh

bench-burn:
	@scripts/need.sh go
	@scripts/bench-burn.sh

tour: web build
	@scripts/need.sh go node chromium
	@scripts/tour.sh

$(LINT): tools/go.mod tools/go.sum
	go build -C tools -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

lint: $(LINT)
	$(LINT) run ./...

fmt: $(LINT)
	$(LINT) fmt ./...

fonts:
	@scripts/fonts.sh

clean:
	rm -rf bin out conformance/ofdrw/target
