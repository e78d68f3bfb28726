# A PostgreSQL cluster that lives as long as the calling script. Sourced; needs find.sh.
#   postgres_start DIR [durable]   starts it, sets YINXIN_TEST_POSTGRES; durable: what it commits is on the disk
#   postgres_stop                  stops it; for a trap

# initdb and the server refuse to run as root: there they run as the user that Debian's package made.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

postgres_start() {
  pg_bin=$(find_postgres)
  pg_dir=$1/postgres
  mkdir -p "$pg_dir"
  local secret port
  secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "$secret" >"$pg_dir/secret"
  if [ "$(id -u)" -eq 0 ]; then
    chmod 711 "$1"
    chown -R postgres "$pg_dir"
  fi
  as_postgres "$pg_bin/initdb" -D "$pg_dir/data" -U postgres -A scram-sha-256 \
    --pwfile="$pg_dir/secret" -E UTF8 --locale=C --no-sync >"$pg_dir/initdb.log"
  cat >>"$pg_dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
CONF
  # A test's data are thrown away, so nothing waits for the disk; a measurement does.
  [ "${2:-}" = durable ] || printf '%s = off\n' fsync synchronous_commit full_page_writes >>"$pg_dir/data/postgresql.conf"
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    if as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -w -s -l "$pg_dir/server.log" -o "-p $port" start 2>/dev/null; then
      export YINXIN_TEST_POSTGRES="postgres://postgres:$secret@127.0.0.1:$port/postgres?sslmode=disable"
      return 0
    fi
  done
  cat "$pg_dir/server.log" >&2
  return 1
}

postgres_stop() {
  if [ -n "${pg_dir:-}" ] && [ -f "$pg_dir/data/postmaster.pid" ]; then
    as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate -s stop || true
  fi
}
