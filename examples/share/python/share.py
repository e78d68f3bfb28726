"""Calls the share interface of a demonstration: every permitted call, and calls that are refused, one line each."""

import base64
import json
import pathlib
import secrets
import sys
import urllib.request
from datetime import datetime, timezone

from gmssl import func, sm2, sm3

base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
box = json.load(urllib.request.urlopen(base + "/docs/sandbox.json"))
calls = json.loads((pathlib.Path(__file__).parent.parent / "calls.json").read_text("utf-8"))


def public_of(private):
    """gmssl wants the public key too; it is the private one times the base point."""
    curve = sm2.CryptSM2(private_key=private, public_key="")
    return curve._kg(int(private, 16), sm2.default_ecc_table["g"])


signer = sm2.CryptSM2(private_key=box["privateKeyHex"], public_key=public_of(box["privateKeyHex"]))


def integer(hexadecimal):
    raw = int(hexadecimal, 16).to_bytes(33, "big").lstrip(b"\0") or b"\0"
    if raw[0] & 0x80:
        raw = b"\0" + raw
    return b"\x02" + bytes([len(raw)]) + raw


def sign(text):
    """SM2 with SM3 and the default user id; gmssl gives r and s, the interface takes them as DER."""
    rs = signer.sign_with_sm3(text.encode(), func.random_hex(signer.para_len))
    body = integer(rs[:64]) + integer(rs[64:])
    return base64.b64encode(b"\x30" + bytes([len(body)]) + body).decode()


def fill(values):
    """Puts what the sandbox names into a call: "$types.identityCard" is the code of that type."""
    out = {}
    for name, value in values.items():
        if value.startswith("$"):
            at = box
            for step in value[1:].split("."):
                at = at[step]
            value = at
        out[name] = value
    return out


def send(call):
    head = {"orgName": "$orgName", "username": "$username", "itemName": "$itemName", "itemCode": "$itemCode", "businessCode": "$case"}
    head.update(call.get("head", {}))
    body = json.dumps({"head": fill(head), "data": fill(call["data"])}, ensure_ascii=False).encode()
    # What is signed: method, path, time, nonce and the SM3 of the body, each but the last followed by a line feed.
    path = "/api/v1/elssp/" + call["operation"]
    at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    nonce = secrets.token_hex(16)
    signature = sign("\n".join(["POST", path, at, nonce, sm3.sm3_hash(func.bytes_to_list(body))]))
    if call.get("break"):
        nonce = "0" + nonce
    headers = {"Content-Type": "application/json", "X-Yinxin-Key": box["keyId"], "X-Yinxin-Time": at, "X-Yinxin-Nonce": nonce, "X-Yinxin-Signature": signature}
    with urllib.request.urlopen(urllib.request.Request(base + path, data=body, headers=headers)) as answer:
        return json.load(answer)


for call in calls:
    head = send(call)["head"]
    print(" ".join([call["name"] + ": " + head["status"]] + [r["code"] for r in head.get("reasons", [])]))
