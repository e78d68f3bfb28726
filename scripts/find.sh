# Where Debian and others put things that are not on PATH. Sourced, not run.

# The folder of the newest PostgreSQL server programs, 15 or newer.
find_postgres() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb || echo /none/)")"; do
    if [ -x "$dir/initdb" ] && [ "$("$dir/initdb" --version | sed 's/.* \([0-9]*\).*/\1/')" -ge 15 ]; then
      echo "$dir"
      return 0
    fi
  done
  return 1
}

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return 0
  done
  return 1
}
