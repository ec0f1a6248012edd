#!/usr/bin/python3
"""Lets a secret of Consul that has got a new value in, and the value before it out.

usage: consul-secrets known | introduce | check | withdraw
  known      succeeds where MANAGEMENT_TOKEN opens this cluster already, or nobody here can bring it in
  introduce  brings it in by the token that the configuration still has, so that no member that restarts with it is refused
  check      succeeds where the tokens and the key of the gossip are those that are written, and no others
  withdraw   makes it so: LOCK_TOKEN and NOMAD_TOKEN are written in the environment, the rest in the configuration

Tokens and keys that somebody else has made stay as they are, but for those of the gossip, of which there is one.
"""

import json
import os
import pathlib
import ssl
import sys
import time
import urllib.error
import urllib.request

API = "https://localhost:8501/v1"
AUTHORITY = pathlib.Path("/etc/consul.d/tls/ca.pem")
CONFIGURED = pathlib.Path("/etc/consul.d/secrets.json")
MANAGEMENT = "Initial Management Token"


def ask(token, path, method="GET", body=None):
    """The code of an answer and what it says; zero where nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, {"X-Consul-Token": token}, method=method)
    context = ssl.create_default_context(cafile=str(AUTHORITY))
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def get(token, path, method="GET", body=None):
    """What an answer says, which has to be one of success."""
    code, text = ask(token, path, method, body)
    if code != 200:
        sys.exit(f"consul-secrets: {method} {path} is answered with {code}: {text}")
    return json.loads(text) if text else None


def configured():
    """The secrets of the configuration, or nothing where there is none."""
    return json.loads(CONFIGURED.read_text(encoding="utf-8")) if CONFIGURED.exists() and AUTHORITY.exists() else None


def present():
    """The token of the configuration, where it opens a cluster that the new one does not."""
    found = configured()
    if found is None:
        return None
    token, new = found["acl"]["tokens"]["initial_management"], os.environ["MANAGEMENT_TOKEN"]
    # Without a leader there is no answer, or an error: that is no word about the token.
    if token == new or ask(new, "/acl/token/self")[0] not in (401, 403, 404):
        return None
    return token if ask(token, "/acl/token/self")[0] == 200 else None


def introduce():
    token, new = present(), os.environ["MANAGEMENT_TOKEN"]
    if token is None:
        return
    policies = [{"Name": "global-management"}]
    get(token, "/acl/token", "PUT", {"SecretID": new, "Description": MANAGEMENT, "Policies": policies})
    # Every member hears of it a moment later.
    for _ in range(60):
        if ask(new, "/acl/token/self")[0] == 200:
            return
        time.sleep(1)
    sys.exit("consul-secrets: the new token opens nothing after a minute")


def former(token):
    """The tokens of ours that are written no more."""
    written = {
        MANAGEMENT: token,
        "OpenTofu takes the locks of the states": os.environ["LOCK_TOKEN"],
        "Nomad makes its servers known": os.environ["NOMAD_TOKEN"],
    }
    for known in get(token, "/acl/tokens"):
        whole = get(token, f"/acl/token/{known['AccessorID']}") if known["Description"] in written else None
        if whole and whole["SecretID"] != written[known["Description"]]:
            yield whole["AccessorID"]


def rings(token):
    """The keys of each ring of the gossip, and which is used."""
    for ring in get(token, "/operator/keyring"):
        yield set(ring["Keys"]), set(ring["PrimaryKeys"])


def withdraw(change):
    """Whether everything is as it is written; `change` makes it so."""
    found = configured()
    token, key = found["acl"]["tokens"]["initial_management"], found["encrypt"]
    same = True
    if any(keys != {key} or used != {key} for keys, used in rings(token)):
        same = False
        if change:
            # Every member has it before one speaks it, and speaks it before the others are forgotten.
            get(token, "/operator/keyring", "POST", {"Key": key})
            get(token, "/operator/keyring", "PUT", {"Key": key})
            for other in set().union(*(keys for keys, _ in rings(token))) - {key}:
                get(token, "/operator/keyring", "DELETE", {"Key": other})
    for accessor in former(token):
        same = False
        if change:
            get(token, f"/acl/token/{accessor}", "DELETE")
    return same


def main():
    match sys.argv[1:]:
        case ["known"]:
            sys.exit(0 if present() is None else 1)
        case ["introduce"]:
            introduce()
        case ["check"]:
            sys.exit(0 if withdraw(False) else 1)
        case ["withdraw"]:
            withdraw(True)
        case _:
            sys.exit(__doc__.strip())


if __name__ == "__main__":
    main()
