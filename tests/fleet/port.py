"""The event `port`: the inventory says another number for what a service publishes.

A page on the members, which the gate reads, and the tunnel of the library on the gate, which the internet calls, are put on
the machines first; then both get another port.
"""

import json
import time

import ports
import project
from fleet import ADDRESSES, GATE, MEMBERS, OPERATORS
from machine import FLEET
from project import compile_with

# Of the page and of the tunnel: the ports before, and behind the change.
BEFORE, BEHIND = (8090, 2222), (8099, 2299)
SERVICES = ["board", "reader", "ssh_tunnel"]


def changed(fleet):
    before = compile_to(BEFORE)
    fleet.expect_runs("the run that publishes", runs(fleet, "published"), True)
    expect(fleet, "before the change", before, BEFORE, BEHIND)

    behind = compile_to(BEHIND)
    cloud(fleet, behind, BEHIND, BEFORE)
    fleet.expect_runs("check mode of other ports", runs(fleet, "port-check", "--check"), True)
    expect(fleet, "behind check mode", before, BEFORE, BEHIND)
    fleet.expect_runs("the run with other ports", runs(fleet, "port"), True)
    expect(fleet, "behind the change", behind, BEHIND, BEFORE)
    fleet.expect_runs("the run behind it", runs(fleet, "port-again"), False)
    fleet.expect_runs("check mode behind it", runs(fleet, "port-check-again", "--check"), False)

    # What the product does not say any more is closed.
    compile_with(OPERATORS)
    fleet.expect_runs("the run that publishes nothing", fleet.everywhere("unpublished", "ada", roles=["base"]), True)
    model(fleet, "behind the end", ports.model(project.ENVIRONMENT), (), (*BEFORE, *BEHIND))


def compile_to(numbers):
    """Compiles acme with these ports; gives the rows of its model."""
    page, call = numbers
    compile_with(OPERATORS, f"stack notice notice {{ on = eu, members = mgmt, gate = access, page = {page}, call = {call} }}")
    return ports.model(project.ENVIRONMENT)


def runs(fleet, name, *words):
    """The playbooks in the order in which a pipeline runs them."""
    return [
        *fleet.everywhere(name, "ada", *words, roles=["base"]),
        fleet.play(name, "notice", "ada", "--tags", ",".join(SERVICES), *words),
    ]


def expect(fleet, when, rows, opened, closed):
    """Expects of all that is told about ports that some are open and others are not."""
    model(fleet, when, rows, opened, closed)
    page, call = opened
    for name in MEMBERS:
        listening = fleet.machines[name].asks("ss", "-Hltn", f"( sport = :{page} or sport = :{closed[0]} )")
        fleet.expect(
            f"{when}: {name} listens at {page} alone",
            f"{ADDRESSES[name]}:{page} " in listening and f":{closed[0]} " not in listening,
            listening,
        )
    listening = fleet.machines[GATE].asks("ss", "-Hltn", f"( sport = :{call} or sport = :{closed[1]} )")
    fleet.expect(f"{when}: the tunnel listens at {call} alone", f":{call} " in listening and f":{closed[1]} " not in listening, listening)
    rules = [fleet.machines[name].asks("nft", "list", "ruleset") for name in (GATE, *MEMBERS)]
    for number in opened:
        fleet.expect(f"{when}: some firewall lets {number} in", any(f"dport {number} " in text for text in rules))
    for number in closed:
        fleet.expect(f"{when}: no firewall knows {number}", not any(str(number) in text for text in rules))
    since = time.time()
    wanted = {f"http://{ADDRESSES[name]}:{page}/" for name in MEMBERS}
    seen, ends = {}, time.monotonic() + 15
    while set(seen) != wanted and time.monotonic() < ends:
        time.sleep(0.5)
        told = json.loads(fleet.machines[GATE].asks("sh", "-c", "cat /var/lib/reader/seen.json || echo '{}'"))
        seen = {url: last for url, last in told.items() if last > since}
    fleet.expect(f"{when}: the gate reads the page of each member at {page}", set(seen) == wanted, seen)


def model(fleet, when, rows, opened, closed):
    """Expects that exactly those ports answer that the model opens, the given ones among them."""
    known = {number for row in rows for number in ports.numbers(row)}
    fleet.expect(f"{when}: the model knows {list(opened)} and not {list(closed)}", set(opened) <= known and not set(closed) & known)
    for source, place, target in ports.ways(fleet.machines, GATE):
        answers = ports.opened(place, target, sorted({*ports.known(rows), *opened, *closed}))
        said = ports.said(rows, source, target.name)
        fleet.expect(
            f"{when}: from {source} to {target.name}: open is what the model says",
            answers == said,
            f"open {sorted(answers - said)}, closed {sorted(said - answers)}",
        )


def cloud(fleet, rows, opened, closed):
    """Expects of the firewall of the provider, which stands before public addresses only, that it changes too."""
    unit = project.PROJECT / f"snapshots/inventory/live/acme/{project.ENVIRONMENT}/access/fw/terragrunt.hcl"
    text = unit.read_text(encoding="utf-8")
    fleet.expect(f"the firewall of the provider lets {opened[1]} in", f'ports = "{opened[1]}"' in text, unit)
    fleet.expect(f"the firewall of the provider does not know {closed[1]}", str(closed[1]) not in text, unit)
    log = FLEET / "log/port-reach.log"
    log.write_text(json.dumps(rows, indent=2), encoding="utf-8")
    lets = [row for row in rows if row["port"] == f"tcp {opened[1]}" and row["source"] == "internet"]
    fleet.expect("both firewalls let the internet in there", lets and all(row["reaches"] for row in lets), log)
