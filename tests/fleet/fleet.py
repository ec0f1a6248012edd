"""A fleet: acme's gate and its members, booted, configured, asked, and kept for another run of the test."""

import json
import shutil

import image
import project
from machine import FLEET, Adopted, Machine, quietly
from project import ADDRESSES, ANSIBLE, as_operator, hosts, key, playbook, ssh

OPERATORS = ["ada", "bob"]
GATE, *MEMBERS = ADDRESSES
MEMBER = MEMBERS[0]
# What can be run here: the programs of the other services are not to be had in minutes.
ROLES = {"base": GATE, "gateway": GATE, "wireguard": GATE, "consul": MEMBER}
PUBLIC = "198.51.100.5"
# The machines that are left running, for the next run of this test.
KEPT = FLEET / "kept.json"


def member_of(name):
    """What a machine has on each bridge."""
    public = {"public": f"{PUBLIC}/24"} if name == GATE else {}
    return {**public, "private": f"{ADDRESSES[name]}/20"}


class Fleet:
    def __init__(self):
        self.machines = {}
        self.failed = []
        self.passed = 0

    def expect(self, what, holds, where=""):
        print(f"{'ok    ' if holds else 'FAILED'} {what}{f' ({where})' if where and not holds else ''}", flush=True)
        if holds:
            self.passed += 1
        else:
            self.failed.append(what)

    def play(self, name, stack, who, *words):
        """Runs one playbook."""
        return playbook(f"{name}-{stack}", ANSIBLE / f"playbooks/acme/{stack}.yml", who, self.machines.values(), *words)

    def everywhere(self, name, who, *words, roles=ROLES):
        """Runs every playbook for some roles; gives what each has said."""
        return [self.play(name, stack, who, "--tags", ",".join(roles), *words) for stack in ("access", "mgmt")]

    def expect_runs(self, what, runs, changes):
        """Expects of runs that they succeed, and whether they have changed something."""
        for run in runs:
            log = FLEET / f"log/{run.name}.log"
            self.expect(f"{run.name}: {what} succeeds", run.status == 0 and run.machines, log)
            if changes is not None:
                self.expect(
                    f"{run.name}: {what} {'shows a change' if changes else 'changes nothing'}",
                    (run.changed() > 0) == changes,
                    run.changes() or log,
                )

    def enters(self, who, machine):
        """Whether somebody may log in."""
        words = ["ssh", "-F", ssh(who, self.machines.values())]
        if machine != GATE:
            # As the inventory does it: through the gate.
            words += ["-o", f"ProxyJump={who}@{project.GATE}"]
        address = project.GATE if machine == GATE else ADDRESSES[machine]
        return quietly(*as_operator([*words, f"{who}@{address}", "true"], hosts(self.machines.values())))

    def make(self, name, layers):
        """A new machine with an empty disk, as its provider makes it from the image; it is not booted."""
        machine = self.machines[name] = Machine(name, layers, member_of(name))
        machine.mount()
        public = {who: key(who).with_suffix(".pub").read_text(encoding="ascii") for who in OPERATORS}
        image.first_start(machine.root, public)
        if name != GATE:
            consul = machine.root / "opt/consul/1.22.3/consul"
            consul.parent.mkdir(parents=True)
            shutil.copy(FLEET / "bin/consul", consul)
        return machine

    def image(self):
        layers = image.bake()
        lists = [file for file in (layers[0] / "var/lib/apt/lists").rglob("*Packages*") if file.is_file()]
        self.expect("an image is shipped without lists of packages", not lists)
        self.expect("an image gives nobody root", not (layers[0] / "etc/sudoers.d/90-cloud-init-users").is_file())
        for name in ADDRESSES:
            self.make(name, layers)
        for machine in self.machines.values():
            machine.boot()
        identities = {machine.asks("cat", "/etc/machine-id") for machine in self.machines.values()}
        self.expect("no two machines of an image are the same one", len(identities) == len(self.machines))

    def first(self):
        self.expect_runs("check mode of a fresh machine", self.everywhere("fresh", "ada", "--check"), True)
        # Whatever a task would show of a secret, it shows here.
        runs = self.everywhere("first", "ada", "--diff", "-v")
        self.expect_runs("the first run", runs, True)
        self.expect_hidden("the first run", runs, project.hidden())

    def expect_hidden(self, what, runs, secrets):
        """Expects of runs that none of these secrets stands in what they have said."""
        told = sorted({name for run in runs for name, value in secrets.items() if value in run.log})
        self.expect(f"{what} tells no secret", not told, ", ".join(told))

    def keep(self):
        """Writes down what runs, so that another run of the test finds it."""
        kept = [
            {"name": m.name, "lower": [str(layer) for layer in m.lower], "addresses": m.addresses, "pid": m.process.pid}
            for m in self.machines.values()
        ]
        KEPT.write_text(json.dumps({"environment": project.ENVIRONMENT, "machines": kept}), encoding="utf-8")

    def adopt(self):
        """Takes over the machines that another run has left running."""
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        if kept["environment"] != project.ENVIRONMENT:
            raise SystemExit(f"what is kept is of {kept['environment']}")
        for known in kept["machines"]:
            machine = self.machines[known["name"]] = Machine(known["name"], known["lower"], known["addresses"])
            machine.process = Adopted(known["pid"])
            if not machine.leader():
                raise SystemExit(f"{machine.name} does not run any more: take the rest down with --end")

    def converge(self):
        """Brings machines that were kept to what the sources say now."""
        self.expect_runs("the run on what was kept", self.everywhere("kept", "ada"), None)

    def end(self):
        """Takes everything down, whoever has put it up."""
        if KEPT.exists():
            for known in json.loads(KEPT.read_text(encoding="utf-8"))["machines"]:
                machine = Machine(known["name"], known["lower"], known["addresses"])
                machine.process = Adopted(known["pid"])
                machine.stop()
            KEPT.unlink()
