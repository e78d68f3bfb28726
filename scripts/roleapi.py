"""Cuts an OpenAPI document to the operations that a role may call: roleapi.py DOCUMENT ROLE. Role "nobody" is who is not signed in."""

import json
import sys

document, role = json.load(open(sys.argv[1], encoding="utf-8")), sys.argv[2]
for path in document["paths"].values():
    for method in list(path):
        operation = path[method]
        if not isinstance(operation, dict):
            continue
        roles = operation.get("x-roles")  # none: anybody; empty: whoever is signed in
        mine = roles is None if role == "nobody" else roles is not None and (not roles or role in roles)
        # Whoever signs out is nobody from then on.
        if not mine or operation["operationId"] == "signOut":
            del path[method]
json.dump(document, sys.stdout)
