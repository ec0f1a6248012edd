"""Events that boot machines of their own: one machine that becomes the gate, and the scenario of each role."""

import shutil
import subprocess

import image
import project
from fleet import GATE, ROLES
from machine import FLEET, NETWORK, Machine
from project import inside, playbook


def small(fleet):
    """One machine from a Debian without anything, which becomes the gate: what the ordinary tests run."""
    machine = fleet.make(GATE, [image.debian()])
    machine.boot()
    for name, changes in (("small-first", True), ("small-second", False)):
        words = ["--tags", "base,wireguard", "--diff", "-v"]
        run = playbook(name, project.ANSIBLE / "playbooks/acme/access.yml", "ada", [machine], *words)
        fleet.expect_runs("a run", [run], changes)
        told = sorted(name for name, value in project.hidden().items() if value in run.log)
        fleet.expect(f"{name}: it tells no secret", not told, ", ".join(told))
    for role in ("base", "wireguard"):
        run = inside(f"small-verify-{role}", project.ANSIBLE / f"roles/{role}/molecule/default/verify.yml", machine)
        fleet.expect(f"the verification of {role} passes", run.status == 0, FLEET / f"log/{run.name}.log")
    fleet.ports()
    fleet.kept()


def molecule(fleet):
    """The scenario of each role on a Debian of its own, with check mode before and behind it."""
    for role in sorted(folder.name for folder in (project.ANSIBLE / "roles").iterdir()):
        # With the rights that the scenario gives its container.
        machine = Machine(f"fleet-{role}", [image.debian()], {"private": f"{NETWORK}.15.2/20"}, "CAP_NET_ADMIN")
        machine.mount()
        subprocess.run(["chroot", machine.root, "ssh-keygen", "-A"], check=True, stdout=subprocess.DEVNULL)
        if role == "consul":
            program = machine.root / "opt/consul/1.22.3/consul"
            program.parent.mkdir(parents=True)
            shutil.copy(FLEET / "bin/consul", program)
        machine.boot()
        try:
            scenario(fleet, role, machine)
        finally:
            machine.remove()


def scenario(fleet, role, machine):
    folder = project.ANSIBLE / f"roles/{role}/molecule/default"
    ephemeral = FLEET / "ephemeral"
    shutil.rmtree(ephemeral, ignore_errors=True)
    ephemeral.mkdir()
    environment = {"MOLECULE_EPHEMERAL_DIRECTORY": ephemeral}
    prepare = ["ansible-playbook", "--inventory", folder / "inventory", project.ANSIBLE / "molecule/prepare.yml"]
    fleet.expect(
        f"molecule-{role}: an authority is made",
        project.ansible(f"molecule-{role}-prepare", prepare, environment).status == 0,
    )
    for name, step, changes, words in (
        ("fresh", "converge", True, ["--check"]),
        ("converge", "converge", True, []),
        ("again", "converge", False, []),
        ("check", "converge", False, ["--check"]),
        ("verify", "verify", False, []),
    ):
        name, host = f"molecule-{role}-{name}", f"{role}-default"
        run = inside(name, folder / f"{step}.yml", machine, folder / "inventory", host, environment, words)
        fleet.expect_runs(step, [run], changes)
        if role not in ROLES:
            # Its programs are not to be had: a machine on which it never was is all that there is.
            return
