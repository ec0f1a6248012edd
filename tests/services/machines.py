"""A product of its own on Debian machines that boot in containers of this one: its playbooks, run by its inventory.

The machines are those of `tests/fleet`; there is no SSH, Ansible enters them through their namespaces.
"""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fleet"))

import image  # noqa: E402
from machine import FLEET, Machine, make_switch, remove_switch, run  # noqa: E402

PROJECT = FLEET / "services"
ENVIRONMENT = "prod"
# A variable that is looked up in a store of secrets, and a key of a map of such; a long one goes over several lines.
SECRET = re.compile(r"^( *)(\w[\w-]*): (?:>-\n +)?\"?\{\{ (?:(?!\}\}).)*?lookup\((?:(?!\}\}).)*\}\}\"?\n", re.M | re.S)
HOST = re.compile(r"^ansible_host: (\S+)\n", re.M)
NAMED = re.compile(r"\['([\w/-]+)'\]")


class Product:
    """A product, compiled from its source."""

    def __init__(self, name, forms=None):
        self.name = name
        # How some secrets are made, by name, where any text would not do.
        self.forms = forms or {}
        self.ansible = PROJECT / "generated/ansible"
        self.failed = []
        # The private address of each machine, by its name.
        self.addresses = {}
        shutil.rmtree(PROJECT, ignore_errors=True)

    def expect(self, what, holds, where=""):
        print(f"{'ok    ' if holds else 'FAILED'} {what}{f' ({where})' if where and not holds else ''}", flush=True)
        if not holds:
            self.failed.append(what)

    def compile(self, source):
        folder = PROJECT / "inventory" / self.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "product.infra").write_text(source, encoding="utf-8")
        (PROJECT / "infra.toml").write_text(f'name = "{self.name}"\nedition = "2026"\noutput = "generated"\n', encoding="utf-8")
        # What was filled in stands in the way of what is written; the addresses lie beside the product, and stay.
        shutil.rmtree(PROJECT / "generated", ignore_errors=True)
        run(os.environ["INFRAC"], "build", "--project", PROJECT)
        self.fill()

    def fill(self):
        """Puts values of our own in the place of what a store of secrets would give; each name has one."""
        for file in sorted((self.ansible / f"inventory/{self.name}/{ENVIRONMENT}").rglob("*.yml")):
            text = file.read_text(encoding="utf-8")
            new = SECRET.sub(lambda found: f"{found[1]}{found[2]}: {json.dumps(self.secret(self.looked_up(found[0])))}\n", text)
            # How a machine is entered is said by `play`, and what stands here would count more.
            if address := HOST.search(new):
                # A gate is entered by its name.
                self.addresses[file.stem] = address[1]
                new = HOST.sub("", new)
            if "lookup(" in new:
                raise SystemExit(f"{file} looks something up in a way that this test does not know")
            file.write_text(new, encoding="utf-8")

    def looked_up(self, line):
        """The name of the secret that a line looks up: in a file, in a store, or in the environment where the product has neither."""
        if names := NAMED.findall(line):
            return names[-1]
        if stored := re.search(rf"'{self.name}/{ENVIRONMENT}/([\w/-]+)'", line):
            return stored[1]
        variable = re.search(rf"'{self.name}_{ENVIRONMENT}_(\w+)'", line, re.I)
        return variable[1].lower().replace("_", "/", 1)

    def secret(self, name):
        path = FLEET / "secrets" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.startswith("authority/"):
                key, certificate = path.parent / "key", path.parent / "certificate"
                run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
                words = ["-subj", "/CN=Authority of the services", "-days", "30", "-out", certificate]
                run("openssl", "req", "-x509", "-new", "-key", key, *words)
            else:
                made = self.forms.get(name, lambda: base64.urlsafe_b64encode(os.urandom(24)).decode("ascii"))()
                path.write_text(made, encoding="ascii")
        return path.read_text(encoding="ascii")

    def play(self, name, stack, role, machines, *words):
        """Runs the playbook of a stack for one role; gives its status, and how many tasks have changed something."""
        hosts = {
            machine.name: {
                "ansible_connection": "community.general.chroot",
                "ansible_host": f"/proc/{machine.leader()}/root",
                "ansible_chroot_exe": str(HERE.parent / "fleet/enter"),
                "ansible_python_interpreter": "/usr/bin/python3",
                "ansible_become": False,
            }
            for machine in machines
        }
        own = FLEET / "machines.json"
        own.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
        log = FLEET / f"log/{name}.log"
        settings = {"ANSIBLE_CONFIG": self.ansible / "ansible.cfg", "ANSIBLE_HOME": FLEET / "ansible", "ANSIBLE_NOCOLOR": "1"}
        inventory = self.ansible / f"inventory/{self.name}/{ENVIRONMENT}"
        with open(log, "w", encoding="utf-8") as output:
            status = subprocess.run(
                ["ansible-playbook", "--inventory", inventory, "--inventory", own, "--tags", role, "--limit", ",".join(hosts),
                 *words, self.ansible / f"playbooks/{self.name}/{stack}.yml"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.ansible,
                env={**os.environ, **{key: str(value) for key, value in settings.items()}},
            ).returncode  # fmt: skip
        text = log.read_text(encoding="utf-8")
        changed = sum(map(int, re.findall(r"changed=(\d+)", text)))
        return status, changed, log


def boot(addresses, governs=()):
    """Boots a new machine for each name, with its address; those that are named in `governs` may keep programs apart."""
    machines = []
    try:
        for name, address in addresses.items():
            machine = Machine(name, [image.debian()], {"private": f"{address}/20"}, governs=name in governs)
            machines.append(machine)
            machine.mount()
            machine.boot()
    except BaseException:
        for machine in machines:
            machine.stop()
        raise
    return machines


def serve(main):
    """Runs a test between two bridges and with packages, and takes down what it has put up however it ends."""
    (FLEET / "log").mkdir(exist_ok=True)
    for ended in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))
    make_switch()
    packages = image.serve_packages()
    try:
        time.sleep(1)
        main()
    finally:
        packages.terminate()
        remove_switch()


def until(holds, seconds=30):
    """Whether something holds before the time is over."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.5)
    return True
