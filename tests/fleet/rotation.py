"""The event `secret`: a secret gets a new value where it is kept.

Those of Consul: the token that takes locks, the one that may do everything, and the key of the gossip. Of each must hold that what
reads it has the new value, that the old one opens nothing any more, that nobody is told either, and that nobody notices.
"""

import json
import subprocess

import project
from fleet import ADDRESSES, MEMBER, MEMBERS
from machine import FLEET

API = "https://localhost:8501/v1"
# Asks Consul with the token that comes over the standard input; prints the code of the answer, and then what it says.
ASK = """
import json, ssl, sys, urllib.error, urllib.request
asked = json.load(sys.stdin)
body = json.dumps(asked["body"]).encode() if asked["body"] is not None else None
request = urllib.request.Request(asked["url"], body, {"X-Consul-Token": asked["token"]}, method=asked["method"])
try:
    with urllib.request.urlopen(request, timeout=10, context=ssl.create_default_context(cafile="/etc/consul.d/tls/ca.pem")) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
"""
# An agent of somebody who has a key of the gossip: whether a member hears it.
AGENT = """
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/agent.json"
consul agent -config-file="$folder/agent.json" -data-dir="$folder/data" > "$folder/log" 2>&1 &
agent=$!
heard=1 tries=0
while [ "$heard" = 1 ] && [ "$tries" -lt 20 ]; do
  sleep 0.5
  tries=$((tries + 1))
  ! grep -q 'agent: (LAN) joined: ' "$folder/log" || heard=0
done
kill -TERM "$agent" || true
wait "$agent" || true
exit "$heard"
"""


def rotated(fleet):
    member = fleet.machines[MEMBER]
    daemon = {name: started(fleet.machines[name]) for name in MEMBERS}
    for name, opens in (("consul_lock_token", locks), ("consul_management_token", manages), ("consul_gossip_key", gossips)):
        now = project.hidden()[name]
        fleet.expect(f"{name}: it opens something before the change", opens(member, now))
        before = project.rotate(name)
        new = project.hidden()[name]
        fleet.expect(f"{name}: its new value is another one, and opens nothing yet", before == now != new and not opens(member, new))
        checks = [run_of(fleet, f"{name}-check", "--check", "--diff", "-v")]
        fleet.expect_runs(f"check mode of a new {name}", checks, None)
        fleet.expect(f"{name}: check mode changes nothing", opens(member, before) and not opens(member, new))
        runs = [run_of(fleet, name, "--diff", "-v")]
        fleet.expect_runs(f"the run with a new {name}", runs, True)
        fleet.expect_hidden(f"{name}: the run", checks + runs, {"old": before, **project.hidden()})
        for each in MEMBERS:
            machine = fleet.machines[each]
            fleet.expect(f"{name}: the new value opens what the old one did, at {each}", opens(machine, new))
            fleet.expect(f"{name}: the old value opens nothing at {each}", not opens(machine, before))
            fleet.expect(f"{name}: no file of {each} has the old value", not holds(machine, "/etc /opt /run /usr/local", before))
            fleet.expect(f"{name}: no log of {each} has either", not any(logged(machine, value) for value in (before, new)))
            if name == "consul_management_token":
                fleet.expect(f"{name}: the daemon of {each} was restarted", started(machine) != daemon[each])
        fleet.expect(f"{name}: the cluster is whole", whole(member))
        fleet.expect_runs(f"the second run with a new {name}", [run_of(fleet, f"{name}-again")], False)


def run_of(fleet, name, *words):
    return fleet.play(name.replace("_", "-"), "mgmt", "ada", "--tags", "consul", *words)


def ask(machine, token, path, method="GET", body=None):
    """The code of an answer of Consul, and what it says."""
    asked = json.dumps({"url": API + path, "token": token, "method": method, "body": body})
    words = [str(word) for word in machine.inside("python3", "-c", ASK)]
    said = subprocess.run(words, check=True, text=True, input=asked, stdout=subprocess.PIPE).stdout
    code, _, text = said.partition(" ")
    return int(code), text.rstrip("\n")


def locks(machine, token):
    """Whether a token takes a lock, as OpenTofu does."""
    return ask(machine, token, "/kv/infrac/locks/event", "PUT", "taken") == (200, "true")


def manages(machine, token):
    return ask(machine, token, "/acl/tokens")[0] == 200


def gossips(machine, secret):
    """Whether an agent with that key is heard by the members."""
    address = machine.addresses["private"].partition("/")[0]
    settings = {
        "node_name": "somebody",
        "datacenter": f"acme-{project.ENVIRONMENT}",
        "encrypt": secret,
        "bind_addr": address,
        "ports": {"serf_lan": 18301, "http": -1, "https": -1, "dns": -1, "grpc": -1, "grpc_tls": -1},
        "retry_join": [f"{address}:8301"],
        "retry_max": 1,
        "leave_on_terminate": True,
    }
    words = [str(word) for word in machine.inside("sh", "-c", AGENT)]
    return subprocess.run(words, text=True, input=json.dumps(settings), stdout=subprocess.DEVNULL).returncode == 0


def whole(machine):
    """Whether every member is well, and votes."""
    token = project.hidden()["consul_management_token"]
    code, text = ask(machine, token, "/operator/autopilot/health")
    servers = json.loads(text)["Servers"] if code == 200 else []
    return {server["Address"] for server in servers if server["Voter"]} == {f"{ADDRESSES[name]}:8300" for name in MEMBERS}


def started(machine):
    """Which process the daemon is."""
    return machine.asks("systemctl", "show", "--property=MainPID", "consul")


def holds(machine, places, value):
    """The files of a machine with a value in them."""
    found = subprocess.run(
        [str(word) for word in machine.inside("sh", "-c", f"cat > /run/looked-for; find {places} -xdev -type f ! -path /run/looked-for -exec grep -lF -f /run/looked-for {{}} +; rm /run/looked-for")],
        text=True, input=value, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return found.stdout.split()


def logged(machine, value):
    """Whether a value stands in the journal of a machine."""
    journal = machine.asks("journalctl", "--no-pager", "--output=export", "--all")
    (FLEET / f"log/{machine.name}.journal").write_text(journal, encoding="utf-8")
    return value in journal
