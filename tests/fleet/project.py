"""A copy of acme with operators of our own, compiled; and its playbooks, run as one of them."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import uuid

from machine import ENVIRONMENT, FLEET, HERE, in_switch, run

ROOT = HERE.parent.parent
PROJECT = FLEET / "project"
ANSIBLE = PROJECT / "snapshots/inventory/ansible"
KEYS = FLEET / "keys"

# The product gives the operators, the rest is as it is written.
OPERATORS = re.compile(r"operators = \[.*?\n  \]\n", re.S)
# How the operator's machine finds the gate.
GATE = {"staging": "vpn.staging.acme.example.com", "prod": "vpn.acme.example.com"}[ENVIRONMENT]
# The private address of each machine that is run, by its name: the gate first, then who votes.
KEPT = re.compile(rf"^{ENVIRONMENT}/(?:access\.gate|mgmt\.nodes)/(\S+)@\S+ = (\S+)$", re.M)
ADDRESSES = dict(KEPT.findall((ROOT / "inventory/acme/infra.lock").read_text(encoding="utf-8")))

# A variable that Ansible looks up in a store of secrets.
SECRET = re.compile(r"^(\w+): (?:>-\n +)?\"?\{\{ lookup\(", re.M)


def key(name):
    """The private key of an operator, made once."""
    path = KEYS / name
    if not path.exists():
        KEYS.mkdir(exist_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@acme.example.com", "-f", path)
    return path


def compile_with(operators, *stacks):
    """Compiles acme with these operators, and with further stacks of the library beside this file."""
    texts = []
    for name in operators:
        public = key(name).with_suffix(".pub").read_text(encoding="ascii").strip()
        texts.append(f'{{ name = "{name}", key = "{public}", tunnel = "{tunnel(name)}" }}')
    source = (ROOT / "inventory/acme/product.infra").read_text(encoding="utf-8")
    text, count = OPERATORS.subn(f"operators = [{', '.join(texts)}]\n", source)
    if count != 1:
        raise SystemExit("acme has no list of operators any more")
    shutil.rmtree(PROJECT, ignore_errors=True)
    (PROJECT / "inventory/acme").mkdir(parents=True)
    (PROJECT / "inventory/acme/product.infra").write_text("\n".join([text, *stacks, ""]), encoding="utf-8")
    shutil.copy(ROOT / "inventory/acme/infra.lock", PROJECT / "inventory/acme/infra.lock")
    settings = (ROOT / "infra.toml").read_text(encoding="utf-8")
    if stacks:
        settings += 'library = ["library"]\n'
        shutil.copytree(HERE / "library", PROJECT / "library")
    (PROJECT / "infra.toml").write_text(settings, encoding="utf-8")
    run(os.environ["INFRAC"], "build", "--project", PROJECT)


def tunnel(name):
    """The public key of an operator for the tunnel."""
    path = KEYS / f"{name}.tunnel"
    if not path.exists():
        KEYS.mkdir(exist_ok=True)
        run("openssl", "genpkey", "-algorithm", "X25519", "-out", path)
    words = ["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"]
    return base64.b64encode(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout[-32:]).decode("ascii")


def secrets():
    """What the stores of secrets would give, as a file of variables."""
    path = FLEET / f"secrets-{ENVIRONMENT}.json"
    if not path.exists():
        authority, certificate = FLEET / f"authority-{ENVIRONMENT}.key", FLEET / f"authority-{ENVIRONMENT}.pem"
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", authority)
        run(
            "openssl",
            "req",
            "-x509",
            "-new",
            "-key",
            authority,
            "-subj",
            "/CN=Authority of the fleet",
            "-days",
            "30",
            "-out",
            certificate,
        )
        values = {}
        for file in sorted((ANSIBLE / f"inventory/acme/{ENVIRONMENT}/group_vars").rglob("*.yml")):
            for name in SECRET.findall(file.read_text(encoding="utf-8")):
                values[name] = secret(name, certificate, authority)
        path.write_text(json.dumps(values), encoding="utf-8")
    return path


def secret(name, certificate, authority):
    if name.endswith("_authority"):
        return certificate.read_text(encoding="ascii")
    if name.endswith("_authority_key"):
        return authority.read_text(encoding="ascii")
    if name.endswith("_token"):
        return str(uuid.uuid4())
    return base64.b64encode(os.urandom(32)).decode("ascii")


def rotate(name):
    """Gives a secret a new value, as somebody does in the store; gives the one before."""
    path = secrets()
    values = json.loads(path.read_text(encoding="utf-8"))
    before, values[name] = values[name], secret(name, None, None)
    path.write_text(json.dumps(values), encoding="utf-8")
    return before


def hidden():
    """The secrets that nobody else may see, by their names."""
    return {name: value for name, value in json.loads(secrets().read_text(encoding="utf-8")).items() if "BEGIN" not in value}


class Run:
    """A finished run of Ansible: its status, and the numbers of each machine."""

    def __init__(self, name, status, log):
        self.name, self.status, self.log = name, status, log
        recap = log.rpartition("\nPLAY RECAP ")[2]
        line = re.compile(r"^(\S+) +: (.*)$", re.M)
        self.machines = {
            host: {word: int(number) for word, number in (field.split("=") for field in fields.split())}
            for host, fields in line.findall(recap)
        }

    def changed(self):
        """How many tasks have changed something."""
        return sum(numbers["changed"] for numbers in self.machines.values())

    def changes(self):
        """The names of the tasks that have changed something."""
        names, task = [], ""
        for text in self.log.splitlines():
            if text.startswith(("TASK [", "RUNNING HANDLER [")):
                task = text.partition("[")[2].partition("]")[0]
            elif text.startswith("changed: ") and task not in names:
                names.append(task)
        return names


def ansible(name, words, environment):
    """Runs ansible-playbook with words and keeps what it says as a log of that name."""
    log = FLEET / "log" / f"{name}.log"
    settings = {
        "ANSIBLE_HOME": FLEET / "ansible",
        "ANSIBLE_CONFIG": ANSIBLE / "ansible.cfg",
        "ANSIBLE_NOCOLOR": 1,
        "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
    }
    settings = {name: str(value) for name, value in {**settings, **environment}.items()}
    with open(log, "w", encoding="utf-8") as output:
        status = subprocess.run(
            list(map(str, words)), stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ANSIBLE.parent,
            env={**os.environ, **settings},
        ).returncode  # fmt: skip
    return Run(name, status, log.read_text(encoding="utf-8"))


def as_operator(words, hosts):
    """A command of an operator's own machine: the names of the machines that it knows are in its file of hosts."""
    return in_switch("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts, *words)


def playbook(name, file, who, machines, *words):
    """Runs a playbook of acme by the generated inventory, over SSH, as an operator."""
    words = [
        "ansible-playbook",
        "--inventory",
        ANSIBLE / f"inventory/acme/{ENVIRONMENT}",
        "--extra-vars",
        f"@{secrets()}",
        *words,
        file,
    ]
    environment = {
        "ANSIBLE_SSH_ARGS": f"-F {ssh(who, machines)} -o ControlMaster=auto -o ControlPersist=20s",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": FLEET / "connections",
    }
    return ansible(name, as_operator(words, hosts(machines)), {"ANSIBLE_REMOTE_USER": who, **environment})


def inside(name, file, machine, inventory=None, host=None, environment=None, words=()):
    """Runs a playbook in one machine without a network; `host` is its name in an inventory."""
    host = host or machine.name
    connection = {
        "ansible_connection": "community.general.chroot",
        "ansible_host": f"/proc/{machine.leader()}/root",
        "ansible_chroot_exe": str(HERE / "enter"),
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    # Beside the inventory: what stands with a host counts more than what stands with all.
    own = FLEET / f"{machine.name}.json"
    own.write_text(json.dumps({"all": {"hosts": {host: connection}}}), encoding="utf-8")
    inventories = [word for path in (inventory, own) if path for word in ("--inventory", path)]
    environment = {"ANSIBLE_ROLES_PATH": ANSIBLE / "roles", **(environment or {})}
    return ansible(name, ["ansible-playbook", *inventories, *words, file], environment)


def hosts(machines):
    """A file of hosts for the operator's machine."""
    path = FLEET / "hosts"
    lines = ["127.0.0.1 localhost"]
    for machine in machines:
        if "public" in machine.addresses:
            lines.append(f"{machine.addresses['public'].partition('/')[0]} {GATE}")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def ssh(who, machines):
    """The settings of an operator's SSH: an identity, and the keys of the machines."""
    known = FLEET / "known_hosts"
    lines = []
    for machine in machines:
        host = (machine.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="ascii").split()[:2]
        names = [address.partition("/")[0] for address in machine.addresses.values()]
        names += [GATE] if "public" in machine.addresses else []
        lines.append(" ".join([",".join(names), *host]))
    known.write_text("\n".join(lines) + "\n", encoding="ascii")
    path = FLEET / f"{who}.ssh"
    path.write_text(
        f"IdentityFile {key(who)}\nIdentitiesOnly yes\nUserKnownHostsFile {known}\nStrictHostKeyChecking yes\n"
        f"BatchMode yes\nConnectTimeout 20\nServerAliveInterval 5\n",
        encoding="utf-8",
    )
    return path
