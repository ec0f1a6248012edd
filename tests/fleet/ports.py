"""Which ports are open between machines, and which the model says."""

import ipaddress
import json
import os
import subprocess

from machine import BRIDGES, in_switch, run
from project import PROJECT

# Ports that the model has nowhere: what often listens, and what nobody has heard of.
OTHERS = {80, 3142, 5355, 8080, 45678}

# Says of each port whether somebody answers, be it with a refusal: what a firewall drops is never answered.
TRY = """
import concurrent.futures, errno, json, socket, sys

def answers(port):
    try:
        socket.create_connection((sys.argv[1], port), 2).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True

ports = json.loads(sys.argv[2])
with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
    print(json.dumps([port for port, open in zip(ports, pool.map(answers, ports)) if open]))
"""


def model(environment):
    """The rows of the reach matrix: what a machine lets in itself, since no provider stands before it here."""
    words = [os.environ["INFRAC"], "reach", "--project", PROJECT, "--env", environment, "--all", "--format", "json"]
    rows = json.loads(run(*words))
    return [row for row in rows if row["host_firewall"].startswith("open") and row["port"].startswith("tcp ")]


def numbers(row):
    """The ports of a row."""
    first, _, last = row["port"].removeprefix("tcp ").partition("-")
    return range(int(first), int(last or first) + 1)


def known(rows):
    """What is tried."""
    return sorted({port for row in rows for port in numbers(row)} | OTHERS)


def said(rows, source, host):
    """The ports of a machine that the model opens for an address."""
    address = ipaddress.ip_address(source)
    lets = [
        row
        for row in rows
        if row["host"] == host
        and any("/" in word and address in ipaddress.ip_network(word) for word in row["addresses"].split() if ":" not in word)
    ]
    return {port for row in lets for port in numbers(row)}


def ways(machines, gate):
    """Who tries whom: its address, where it stands, the machine and the address by which that is tried."""
    outside = [BRIDGES[name].partition("/")[0] for name in ("public", "private")]
    members = [machine for name, machine in machines.items() if name != gate]
    for source in outside:
        yield source, None, Target(machines[gate], "public" if source == outside[0] else "private")
    for member in members:
        yield outside[1], None, Target(member, "private")
        yield Target(machines[gate], "private").address, machines[gate], Target(member, "private")
        yield Target(member, "private").address, member, Target(machines[gate], "private")
        for other in members:
            if other is not member:
                yield Target(other, "private").address, other, Target(member, "private")


class Target:
    """A machine by one of its addresses."""

    def __init__(self, machine, bridge):
        self.name = machine.name
        self.address = machine.addresses[bridge].partition("/")[0]


def opened(place, target, tried):
    """The ports of a machine that answer somebody; who stands nowhere stands where the operators do."""
    words = ["python3", "-c", TRY, target.address, json.dumps(tried)]
    words = place.inside(*words) if place else in_switch(*words)
    return set(json.loads(subprocess.run(list(map(str, words)), check=True, text=True, stdout=subprocess.PIPE).stdout))
