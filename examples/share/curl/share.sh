#!/usr/bin/env bash
# Calls the share interface of a demonstration with curl and OpenSSL 3: one permitted call and one that is refused, one line each.
set -euo pipefail
base=${1:-http://127.0.0.1:8080}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

curl -sS "$base/docs/sandbox.json" >"$work/box"
# value NAME: the first string of that name in the sandbox's description.
value() { sed -n 's/^ *"'"$1"'": "\(.*\)",\{0,1\}$/\1/p' "$work/box" | head -1; }
printf '%b' "$(value privateKey)" >"$work/key.pem"

# call NAME OPERATION CASE DATA
call() {
  local name=$1 path=/api/v1/elssp/$2 at nonce digest signature
  printf '{"head":{"orgName":"%s","username":"%s","itemName":"%s","itemCode":"%s","businessCode":"%s"},"data":%s}' \
    "$(value orgName)" "$(value username)" "$(value itemName)" "$(value itemCode)" "$3" "$4" >"$work/body"
  # What is signed: method, path, time, nonce and the SM3 of the body, each but the last followed by a line feed.
  at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  nonce=$(openssl rand -hex 16)
  digest=$(openssl dgst -sm3 -r "$work/body" | cut -d' ' -f1)
  printf 'POST\n%s\n%s\n%s\n%s' "$path" "$at" "$nonce" "$digest" >"$work/text"
  signature=$(openssl pkeyutl -sign -inkey "$work/key.pem" -rawin -digest sm3 -in "$work/text" -pkeyopt distid:1234567812345678 | base64 -w0)
  curl -sS "$base$path" -H 'Content-Type: application/json' -H "X-Yinxin-Key: $(value keyId)" -H "X-Yinxin-Time: $at" \
    -H "X-Yinxin-Nonce: $nonce" -H "X-Yinxin-Signature: $signature" --data-binary "@$work/body" >"$work/answer"
  echo "$name: $(sed -n 's/.*"status":"\([0-9]*\)".*/\1/p' "$work/answer")"
}

id=$(sed -n '/"licenses"/,/}/s/^ *"identityCard": "\(.*\)",\{0,1\}$/\1/p' "$work/box")
call 'types' getCertificateType "$(value case)" '{}'
call 'data by identifier' GetCertificateDataByCertificateID "$(value case)" "{\"CertificateID\":\"$id\"}"
call 'a closed case' GetCertificateDataByCertificateID "$(value closedCase)" "{\"CertificateID\":\"$id\"}"
