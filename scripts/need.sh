#!/usr/bin/env bash
# Checks that the named tools are here (go node postgres chromium cc java openssl python); installs what is missing with
# apt-get after asking (YES=1 or CI=true: without asking), or says in one line what to install.
# need.sh --quiet NAME…  only answers by its exit code.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find.sh

quiet=false
if [ "${1:-}" = --quiet ]; then
  quiet=true
  shift
fi

# at_least HAVE WANT: dotted versions.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Without one the pages are measured in boxes. (No pipe to grep -q: pipefail would take its early end for a failure.)
has_chinese_font() {
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh)" ]
}

have() {
  case $1 in
    go) command -v go >/dev/null && at_least "$(go env GOVERSION | sed 's/^go//')" 1.26 ;;
    node) command -v npm >/dev/null && at_least "$(node --version | tr -d v)" 20.19 ;;
    postgres) find_postgres >/dev/null ;;
    chromium) find_chromium >/dev/null && has_chinese_font ;;
    cc) command -v gcc >/dev/null && echo '#include <openssl/evp.h>' | gcc -E - >/dev/null 2>&1 ;;
    java) command -v mvn >/dev/null && command -v javac >/dev/null &&
      at_least "$(javac -version 2>&1 | cut -d' ' -f2)" 17 ;;
    openssl) command -v openssl >/dev/null && at_least "$(openssl version | cut -d' ' -f2)" 3.0 ;;
    python) command -v python3 >/dev/null && at_least "$(python3 --version | cut -d' ' -f2)" 3.11 &&
      python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    *) echo "need.sh: unknown name $1" >&2; exit 2 ;;
  esac
}

wording() {
  case $1 in
    go) echo 'Go 1.26 or newer' ;;
    node) echo 'Node.js 20.19 or newer with npm' ;;
    postgres) echo 'the PostgreSQL server, 15 or newer' ;;
    chromium) echo 'Chromium and a Chinese font' ;;
    cc) echo 'GCC and the headers of OpenSSL 3 (libssl-dev)' ;;
    java) echo 'JDK 17 or newer and Maven' ;;
    openssl) echo 'OpenSSL 3' ;;
    python) echo 'Python 3.11 or newer with venv' ;;
  esac
}

# Debian's packages for a name, lowest acceptable version behind a colon.
packages() {
  case $1 in
    go) echo golang-go:1.26 ;;
    node) echo nodejs:20.19 npm:0 ;;
    postgres) echo postgresql:15 ;;
    chromium) echo chromium:0 fontconfig:0 fonts-noto-cjk:0 ;;
    cc) echo gcc:0 libc6-dev:0 libssl-dev:3 ;;
    java) echo default-jdk-headless:1.17 maven:0 ;;
    openssl) echo openssl:3 ;;
    python) echo python3:3.11 python3-venv:0 ;;
  esac
}

candidate() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | sed 's/^[0-9]*://; s/^(none)$//'
}

missing=()
for name in "$@"; do
  have "$name" || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if $quiet; then exit 1; fi

say() {
  local line='' name
  for name in "${missing[@]}"; do line+="${line:+; }$(wording "$name")"; done
  echo "Please install: $line." >&2
  exit 1
}

command -v apt-get >/dev/null || say
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || say
  root=(sudo)
fi

if [ "${YES:-}" != 1 ] && [ "${CI:-}" != true ]; then
  [ -t 0 ] || say
  echo "Missing:"
  for name in "${missing[@]}"; do echo "  $(wording "$name")"; done
  read -r -p 'Install with apt-get? [y/N] ' answer
  case $answer in [yY]*) ;; *) say ;; esac
fi

export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
install=()
for name in "${missing[@]}"; do
  for want in $(packages "$name"); do
    at_least "$(candidate "${want%%:*}")" "${want##*:}" || say
    install+=("${want%%:*}")
  done
done
"${root[@]}" apt-get install -y -qq --no-install-recommends "${install[@]}" >/dev/null

hash -r
for name in "${missing[@]}"; do
  have "$name" || say
done
