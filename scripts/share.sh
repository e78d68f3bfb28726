#!/usr/bin/env bash
# The share interface as developers of departments meet it: the examples in four languages against a live server, whose answers
# must be equal; then schemathesis over the OpenAPI document. Arguments: the data folder of a demonstration, a work folder.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 work=$2
port=${YINXIN_SHARE_PORT:-18231}
base=http://127.0.0.1:$port

bin/yinxin demo --data "$data" --addr "127.0.0.1:$port" >"$work/share.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
for _ in $(seq 240); do
  curl -sf "$base/healthz" >/dev/null && break
  sleep 0.5
done
curl -sf "$base/healthz" >/dev/null || { tail -20 "$work/share.log"; exit 1; }

curl -sf "$base/docs/share" | grep -q examples/share/curl/share.sh
python3 -m venv "$work/share"
"$work/share/bin/pip" install -q --disable-pip-version-check -r examples/share/python/requirements.txt -r scripts/schemathesis.txt

go run ./examples/share/go "$base" >"$work/share.go"
"$work/share/bin/python" examples/share/python/share.py "$base" >"$work/share.python"
mvn -B -q -f examples/share/java/pom.xml compile exec:java "-Dexec.args=$base $PWD/examples/share/calls.json" |
  sed 's/\x1b\[[0-9;]*m//g; /^$/d' >"$work/share.java"
examples/share/curl/share.sh "$base" >"$work/share.curl"
diff examples/share/answers.txt "$work/share.go"
diff "$work/share.go" "$work/share.python"
diff "$work/share.go" "$work/share.java"
diff <(printf '%s\n' 'types: 0' 'data by identifier: 0' 'a closed case: 100') "$work/share.curl"
echo "share: $(wc -l <"$work/share.go") calls answered alike in Go, Python and Java; curl with OpenSSL as well"

# Each role sends what it may call, all at once and for the same short time. Nothing that is sent is meant to pass, so no operation
# may answer with a fault of the server, or with a status or a media type that the document does not name.
curl -sf "$base/openapi.json" >"$work/openapi.json"
as_role() {
  local role=$1 login=$2 password cookie=()
  if [ -n "$login" ]; then
    password=$(awk -v login="$login" '$1 == login { print $2; exit }' "$data/accounts.txt")
    cookie=(--header "Cookie: $(curl -sS -i "$base/api/v1/session" -H 'Content-Type: application/json' -d "{\"account\":\"$login\",\"password\":\"$password\"}" |
      sed -n 's/.*\(yx_session=[^;]*\).*/\1/p')")
  fi
  python3 scripts/roleapi.py "$work/openapi.json" "$role" >"$work/openapi.$role.json"
  timeout 90 "$work/share/bin/st" run "$work/openapi.$role.json" -u "$base" \
    -c not_a_server_error,status_code_conformance,content_type_conformance --phases coverage,fuzzing -n 2 --max-time 45 \
    --continue-on-failure --no-shrink --seed 1 --suppress-health-check all --no-color "${cookie[@]}" >"$work/st.$role" 2>&1
}
runs=()
for who in nobody: holder:food-firm clerk:gl-scjg-clerk digital:digital admin:admin; do
  as_role "${who%:*}" "${who#*:}" &
  runs+=("$!:${who%:*}")
done
wrong=0
for run in "${runs[@]}"; do
  wait "${run%:*}" || { wrong=1; tail -120 "$work/st.${run#*:}"; }
  echo "schemathesis as ${run#*:}: $(grep -E 'Tested:|generated' "$work/st.${run#*:}" | tr -s ' \n' ' ')"
done
[ "$wrong" = 0 ]
