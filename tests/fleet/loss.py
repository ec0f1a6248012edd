"""The event `replace`: a member of the quorum is lost with its disk, and an operator replaces it as the guide says.

The commands are those of the generated guide, run in one shell at the root of what was generated. Where they ask a cloud for
a machine, one is made here; what they ask machines and their keys is real.
"""

import json
import os
import re
import subprocess
import time

import project
from fleet import ADDRESSES, MEMBERS, OPERATORS
from machine import FLEET
from project import ANSIBLE, as_operator, compile_with, hosts, ssh
from rotation import ask, whole

GENERATED = ANSIBLE.parent
# Where the guide and what stands in for a cloud meet.
DESK = FLEET / "desk"
# Writes to the cluster and reads what was written, twice a second, until nobody listens any more; a line says how often that has failed.
VISITOR = """
import json, os, ssl, sys, threading, time, urllib.request
asked = json.loads(sys.stdin.readline())
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
context = ssl.create_default_context(cafile="/etc/consul.d/tls/ca.pem")
def visit(method, path, body=None):
    request = urllib.request.Request("https://localhost:8501/v1/kv/infrac/locks/" + path, body, {"X-Consul-Token": asked["token"]}, method=method)
    with urllib.request.urlopen(request, timeout=5, context=context) as answer:
        return answer.read()
number = failed = 0
while True:
    number += 1
    mark = b"%d" % number
    try:
        assert visit("PUT", asked["name"], mark) == b"true"
        assert visit("GET", asked["name"] + "?raw&consistent") == mark
    except Exception:
        failed += 1
    print(number, failed, flush=True)
    time.sleep(0.5)
"""
# What stands in: a cloud that is asked for another machine, a store of secrets with the authority, and programs whose settings
# lie with this test and not in somebody's home.
TOOLS = {
    "terragrunt": """
case "$*" in
  'state list') echo "hcloud_server.node[\\"$DESK_MACHINE\\"]" ;;
  "apply -replace=hcloud_server.node[\\"$DESK_MACHINE\\"]")
    [ "$PWD" = "$DESK_UNIT" ]
    : > "$DESK/wanted"
    while [ -e "$DESK/wanted" ]; do sleep 0.2; done
    ;;
  'run --all -- apply') [ -e environment.hcl ] ;;
  *) exit 98 ;;
esac
""",
    "op": '[ "$*" = "read op://acme-$DESK_ENVIRONMENT/authority/key" ]\ncat "$DESK_AUTHORITY"\n',
    "ssh": 'exec /usr/bin/ssh -F "$DESK_SSH" "$@"\n',
    "ssh-keygen": 'case $1 in -R) exec /usr/bin/ssh-keygen -f "$DESK_KNOWN" "$@" ;; *) exec /usr/bin/ssh-keygen "$@" ;; esac\n',
    "ansible-playbook": 'exec "$DESK_ANSIBLE" --extra-vars "@$DESK_SECRETS" --tags base,consul "$@"\n',
}


def replaced(fleet):
    compile_with(OPERATORS)
    token = project.hidden()["consul_lock_token"]
    first = fleet.machines[MEMBERS[0]]
    leads = json.loads(ask(first, project.hidden()["consul_management_token"], "/status/leader")[1]).partition(":")[0]
    followers = [name for name in MEMBERS if ADDRESSES[name] != leads]
    leader = next(name for name in MEMBERS if ADDRESSES[name] == leads)
    # Who follows is missed by nobody; where who leads is lost, the others choose another one first.
    for what, name, pause in (("a follower", followers[-1], 0), ("the leader", leader, 15)):
        lose(fleet, what, name, pause, token)


def lose(fleet, what, name, pause, token):
    others = [fleet.machines[other] for other in MEMBERS if other != name]
    fleet.expect(f"{what}: the cluster is whole before it is lost", whole(others[0]))
    written = f"written before {what} was lost"
    fleet.expect(f"{what}: something is written", ask(others[0], token, "/kv/infrac/locks/kept", "PUT", written) == (200, "true"))
    before = {other.name: other.asks("systemctl", "show", "--property=MainPID,ActiveEnterTimestamp", "consul") for other in others}
    # The operator's shell knows the key of the machine that is lost.
    environment = desk(fleet, name)
    visitors = [Visitor(other, token) for other in others]
    try:
        layers = fleet.machines[name].lower
        fleet.machines[name].kill()
        fleet.machines[name].remove()
        time.sleep(20)
        fleet.expect(f"{what}: the cluster knows that it is lost", not whole(others[0]))
        if not guide(fleet, what, name, layers, environment):
            return
        new = fleet.machines[name]
        ends = time.monotonic() + 60
        while not whole(others[0]) and time.monotonic() < ends:
            time.sleep(1)
        fleet.expect(f"{what}: the cluster is whole again, with three who vote", whole(others[0]) and whole(new))
        kept = ask(new, token, "/kv/infrac/locks/kept?raw&stale")
        fleet.expect(f"{what}: the new member has what was written", kept == (200, json.dumps(written)), kept)
    finally:
        told = [visitor.ends() for visitor in visitors]
    for other, (visits, failed) in zip(others, told):
        fleet.expect(f"{what}: {other.name} was visited all the time", visits > 60, visits)
        fleet.expect(f"{what}: it has served all of them, but for {pause} at most", failed <= pause, f"{failed} of {visits}")
    now = {other.name: other.asks("systemctl", "show", "--property=MainPID,ActiveEnterTimestamp", "consul") for other in others}
    fleet.expect(f"{what}: the daemons of the others go on", now == before, now)
    fleet.expect_runs(f"the run behind the loss of {what}", fleet.everywhere(f"lost-{name[-1]}", "ada"), False)
    for who in OPERATORS:
        fleet.expect(f"{what}: {who} enters the new machine", fleet.enters(who, name))


class Visitor:
    """Somebody who uses the cluster through one member."""

    def __init__(self, machine, token):
        words = [str(word) for word in machine.inside("python3", "-c", VISITOR)]
        self.process = subprocess.Popen(words, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdin.write(json.dumps({"token": token, "name": f"visited-{machine.name}"}) + "\n")
        self.process.stdin.flush()

    def ends(self):
        """How many visits there were, and how many failed."""
        lines = self.process.communicate()[0].splitlines()
        return tuple(map(int, lines[-1].split())) if lines else (0, 0)


def guide(fleet, what, name, layers, environment):
    """Does what the guide says to replace a machine; whether that succeeds."""
    text = (GENERATED / "live/acme/BOOTSTRAP.md").read_text(encoding="utf-8")
    block = re.search(r"^# A machine is replaced\n.*?```sh\n(.*?)```", text, re.M | re.S)[1]
    words = {"<environment>": project.ENVIRONMENT, "<machine>": name, "<unit>": "nodes", "<stack>": "mgmt"}
    for hole, word in words.items():
        block = block.replace(hole, word)
    fleet.expect(f"{what}: the guide says how it is replaced", "-replace" in block and "<" not in block.replace("<(", ""), block)
    process = subprocess.Popen(
        as_operator(["sh", "-euc", block], FLEET / "hosts"), cwd=GENERATED, env=environment,
        stdin=subprocess.DEVNULL, stdout=open(FLEET / f"log/guide-{name}.log", "w", encoding="utf-8"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    while process.poll() is None:
        if (DESK / "wanted").exists():
            fleet.make(name, layers).boot()
            (DESK / "wanted").unlink()
        time.sleep(0.2)
    fleet.expect(f"{what}: every command of the guide succeeds", process.returncode == 0, FLEET / f"log/guide-{name}.log")
    if process.returncode != 0:
        return False
    signed = fleet.machines[name].tries("test", "-s", "/etc/ssh/ssh_host_ed25519_key-cert.pub")
    fleet.expect(f"{what}: pipelines know the new machine", signed)
    return True


def desk(fleet, name):
    """What the operator's shell has: the stand-ins first on its path, and the settings of SSH, which meets a new machine."""
    DESK.mkdir(exist_ok=True)
    (DESK / "wanted").unlink(missing_ok=True)
    for tool, text in TOOLS.items():
        path = DESK / tool
        path.write_text(f"#!/bin/sh\nset -eu\n{text}", encoding="utf-8")
        path.chmod(0o755)
    # The keys of the machines as they were, the lost one's among them: as an operator has them.
    hosts(fleet.machines.values())
    settings = ssh("ada", fleet.machines.values()).read_text(encoding="utf-8")
    (DESK / "settings").write_text(settings.replace("StrictHostKeyChecking yes", "StrictHostKeyChecking accept-new"), encoding="utf-8")
    ansible = subprocess.run(["which", "ansible-playbook"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    return {
        **os.environ,
        "PATH": f"{DESK}:{os.environ['PATH']}",
        "DESK": str(DESK),
        "DESK_MACHINE": name,
        "DESK_UNIT": str(GENERATED / f"live/acme/{project.ENVIRONMENT}/mgmt/nodes"),
        "DESK_ENVIRONMENT": project.ENVIRONMENT,
        "DESK_AUTHORITY": str(FLEET / f"authority-{project.ENVIRONMENT}.key"),
        "DESK_SSH": str(DESK / "settings"),
        "DESK_KNOWN": str(FLEET / "known_hosts"),
        "DESK_SECRETS": str(project.secrets()),
        "DESK_ANSIBLE": ansible,
        "ANSIBLE_HOME": str(FLEET / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_REMOTE_USER": "ada",
        "ANSIBLE_SSH_ARGS": f"-F {DESK / 'settings'}",
    }
