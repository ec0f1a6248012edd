"""The events of a fleet: an image, a first run, a second one, check mode, a rebooted machine, an operator who leaves.

usage: events.py [EVENT...]                     (all of them, in their order; the first two are always needed)
       events.py --plant DEFECT [EVENT...]      (with a mistake in a role: it succeeds where something has noticed)
"""

import shutil
import signal
import subprocess
import sys
import time

import defects
import image
import ports
import project
from machine import FLEET, Machine, make_switch, quietly, remove_switch
from project import as_operator, compile_with, hosts, inside, key, playbook, ssh

OPERATORS = ["ada", "bob"]
GATE, MEMBER = "acme-staging-access-gate-0", "acme-staging-mgmt-nodes-0"
# What can be run here: the programs of the other services are not to be had in minutes.
ROLES = {"base": GATE, "gateway": GATE, "wireguard": GATE, "consul": MEMBER}
# Those that know who operates a machine.
OF_OPERATORS = ["base", "wireguard"]


def holding(places, which):
    """The command that prints the files with a secret in them."""
    return f"find {places} -xdev -type f {which} ! -path /run/hidden -exec grep -lFf /run/hidden {{}} + 2> /dev/null || true"


class Fleet:
    def __init__(self):
        self.machines = {}
        self.failed = []

    def expect(self, what, holds, where=""):
        print(f"{'ok    ' if holds else 'FAILED'} {what}{f' ({where})' if where and not holds else ''}", flush=True)
        if not holds:
            self.failed.append(what)

    def everywhere(self, name, who, *words, roles=ROLES):
        """Runs every playbook for some roles; gives what each has said."""
        runs = []
        for stack in ("access", "mgmt"):
            file = project.ANSIBLE / f"playbooks/acme/{stack}.yml"
            runs.append(
                playbook(f"{name}-{stack}", file, who, self.machines.values(), "--tags", ",".join(roles), *words)
            )
        return runs

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
        if machine == MEMBER:
            # As the inventory does it: through the gate.
            words += ["-o", f"ProxyJump={who}@{project.GATE}"]
        address = project.GATE if machine == GATE else "10.100.0.2"
        return quietly(*as_operator([*words, f"{who}@{address}", "true"], hosts(self.machines.values())))

    def image(self):
        layers = image.bake()
        lists = [file for file in (layers[0] / "var/lib/apt/lists").rglob("*Packages*") if file.is_file()]
        self.expect("an image is shipped without lists of packages", not lists)
        self.expect("an image gives nobody root", not (layers[0] / "etc/sudoers.d/90-cloud-init-users").is_file())
        for name, addresses in (
            (GATE, {"public": "198.51.100.5/24", "private": "10.100.0.3/20"}),
            (MEMBER, {"private": "10.100.0.2/20"}),
        ):
            machine = self.machines[name] = Machine(name, layers, addresses)
            machine.mount()
            image.first_start(
                machine.root, {who: key(who).with_suffix(".pub").read_text(encoding="ascii") for who in OPERATORS}
            )
        consul = self.machines[MEMBER].root / "opt/consul/1.22.3/consul"
        consul.parent.mkdir(parents=True)
        shutil.copy(FLEET / "bin/consul", consul)
        for machine in self.machines.values():
            machine.boot()

    def first(self):
        self.expect_runs("check mode of a fresh machine", self.everywhere("fresh", "ada", "--check"), True)
        # Whatever a task would show of a secret, it shows here.
        runs = self.everywhere("first", "ada", "--diff", "-v")
        self.expect_runs("the first run", runs, True)
        told = sorted({name for run in runs for name, value in project.hidden().items() if value in run.log})
        self.expect("the first run tells no secret", not told, ", ".join(told))

    def second(self):
        before = image.requests()
        self.expect_runs("the second run", self.everywhere("second", "ada"), False)
        self.expect("the second run fetches nothing", image.requests() == before)
        self.expect_runs("check mode of a configured machine", self.everywhere("check", "ada", "--check"), False)

    def ports(self):
        """Every port that the model knows and some others, from everywhere, beside what the model says."""
        model = ports.model(project.ENVIRONMENT)
        for source, place, target in ports.ways(self.machines, GATE, MEMBER):
            opened = ports.opened(place, target, ports.known(model))
            said = ports.said(model, source, target.name)
            self.expect(
                f"from {source} to {target.name}: open is what the model says",
                opened == said,
                f"open {sorted(opened - said)}, closed {sorted(said - opened)}",
            )

    def kept(self):
        """No secret lies where everybody on the machine reads it."""
        secrets = "\n".join(project.hidden().values()) + "\n"
        for name, machine in self.machines.items():
            machine.asks("sh", "-c", f"printf '%s' '{secrets}' > /run/hidden; chmod 0644 /run/hidden")
            # What roles write is closed itself; what daemons write may lie in a folder that keeps others out.
            written = holding("/etc /opt /srv /usr/local", "-perm /o=r")
            reached = holding("/etc /opt /run /srv /tmp /usr/local /var", "-readable")
            somebody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            found = {*machine.asks("sh", "-c", written).split(), *machine.asks(*somebody, "sh", "-c", reached).split()}
            machine.asks("rm", "/run/hidden")
            self.expect(f"{name}: nobody reads the secrets of others", not found, ", ".join(sorted(found)))

    def verified(self):
        for role, name in ROLES.items():
            file = project.ANSIBLE / f"roles/{role}/molecule/default/verify.yml"
            run = inside(f"verify-{role}", file, self.machines[name])
            self.expect(f"the verification of {role} passes", run.status == 0, FLEET / f"log/{run.name}.log")
        gate = self.machines[GATE]
        gate.asks("systemctl", "stop", "wg-quick@wg0", "nftables")
        for role in ("base", "gateway", "wireguard"):
            run = inside(
                f"verify-stopped-{role}", project.ANSIBLE / f"roles/{role}/molecule/default/verify.yml", gate
            )
            self.expect(f"the verification of {role} sees what does not run", run.status != 0)
        gate.asks("systemctl", "start", "nftables", "wg-quick@wg0")

    def drift(self):
        member = self.machines[MEMBER]
        keys = "/home/ada/.ssh/authorized_keys"
        member.asks(
            "sh", "-c", f"echo '{key('bob').with_suffix('.pub').read_text(encoding='ascii').strip()}' >> {keys}"
        )
        member.asks("sh", "-c", "cp /etc/consul.d/tls/cert.pem /root/cert.pem")
        # A certificate of the right authority, with the right names, that ends next week.
        shutil.copy(FLEET / "authority.pem", member.root / "root/authority.pem")
        shutil.copy(FLEET / "authority.key", member.root / "root/authority.key")
        member.asks(
            "sh", "-ec",
            "cd /root; openssl x509 -in cert.pem -x509toreq -copy_extensions copyall -signkey /etc/consul.d/tls/key.pem -out request.pem;"
            "openssl x509 -req -in request.pem -copy_extensions copyall -CA authority.pem -CAkey authority.key -days 7 -out short.pem;"
            "cat short.pem > /etc/consul.d/tls/cert.pem; systemctl restart consul",
        )  # fmt: skip
        served = "openssl s_client -connect localhost:8501 < /dev/null 2> /dev/null | openssl x509 -noout -checkend 2592000"
        time.sleep(10)
        self.expect("the certificate that ends soon is served", not member.tries("sh", "-c", served))
        runs = self.everywhere("drifted", "ada", "--check")
        self.expect_runs("check mode of a machine that was changed", runs, None)
        changes = "\n".join(runs[1].changes())
        self.expect("check mode shows a foreign key", "Authorize their keys" in changes, changes)
        self.expect("check mode shows a certificate that ends soon", "Write the certificate" in changes, changes)
        self.expect_runs("the run that repairs", self.everywhere("repair", "ada"), None)
        self.expect("the foreign key is gone", len(member.asks("cat", keys).splitlines()) == 1)
        self.expect("the new certificate is served", member.tries("sh", "-c", served))
        self.expect(
            "the certificate is a new one",
            member.tries("openssl", "x509", "-checkend", "2592000", "-in", "/etc/consul.d/tls/cert.pem"),
        )
        self.expect_runs("the run behind it", self.everywhere("repaired", "ada"), False)

    def reboot(self):
        for machine in self.machines.values():
            upper = machine.upper
            machine.stop()
            options = (
                f"lowerdir={':'.join(map(str, machine.lower))},upperdir={upper},workdir={machine.folder / 'work'}"
            )
            subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, machine.root], check=True)
            machine.boot()
        self.expect_runs("a run behind a reboot", self.everywhere("rebooted", "ada"), False)

    def leave(self):
        gate, member = self.machines[GATE], self.machines[MEMBER]
        self.expect("an operator enters every machine", all(self.enters("bob", machine) for machine in self.machines))
        words = [
            "ssh",
            "-F",
            ssh("bob", self.machines.values()),
            f"bob@{project.GATE}",
            "echo kept > kept; sudo sleep 3600",
        ]
        session = subprocess.Popen(as_operator(words, hosts(self.machines.values())), stdin=subprocess.DEVNULL)
        member.asks("loginctl", "enable-linger", "bob")
        alone = "setsid --fork setpriv --reuid=bob --regid=bob --clear-groups sleep 7200"
        member.asks("sh", "-c", f"{alone} > /dev/null 2>&1 < /dev/null")
        member.asks("sh", "-c", "echo '* * * * * true' | crontab -u bob -")
        member.asks("gpasswd", "--add", "games", "ssh-users")
        time.sleep(3)
        compile_with(["ada"])
        runs = self.everywhere("leaving-check", "ada", "--check", roles=OF_OPERATORS)
        self.expect_runs("check mode before an operator leaves", runs, True)
        self.expect("check mode lets everybody stay", gate.tries("id", "bob") and session.poll() is None)
        refused = self.everywhere("leaving-himself", "bob", roles=OF_OPERATORS)
        self.expect("who leaves cannot run it", all(run.status != 0 for run in refused) and gate.tries("id", "bob"))
        self.expect_runs(
            "the run that removes an operator", self.everywhere("leaving", "ada", roles=OF_OPERATORS), True
        )
        for name, machine in self.machines.items():
            self.expect(f"{name}: the account is gone", not machine.tries("id", "bob"))
            self.expect(f"{name}: he cannot enter", not self.enters("bob", name))
            self.expect(f"{name}: the others can", self.enters("ada", name))
            self.expect(f"{name}: nothing of his runs", not machine.tries("pgrep", "--exact", "sleep"))
            rights = machine.asks("sh", "-c", "cat /etc/sudoers.d/* /etc/sudoers")
            self.expect(f"{name}: he has no rights", "bob" not in rights)
            self.expect(
                f"{name}: cloud-init's sudoers are gone",
                not machine.tries("test", "-e", "/etc/sudoers.d/90-cloud-init-users"),
            )
        self.expect("his session has ended", session.poll() is not None)
        session.kill()
        self.expect("his files are kept for root", gate.asks("cat", "/var/backups/homes/bob/kept") == "kept\n")
        self.expect("his jobs are gone", not member.tries("test", "-e", "/var/spool/cron/crontabs/bob"))
        self.expect(
            "an account of the system only leaves the group",
            "games" not in member.asks("getent", "group", "ssh-users") and member.tries("id", "games"),
        )
        self.expect(
            "his tunnel is gone",
            len([line for line in gate.asks("wg", "show", "wg0", "peers").splitlines() if line]) == 1,
        )
        self.expect_runs("the run behind it", self.everywhere("left", "ada", roles=OF_OPERATORS), False)
        compile_with(OPERATORS)
        self.expect_runs("the run that lets him in again", self.everywhere("again", "ada", roles=OF_OPERATORS), True)
        self.expect("he enters again", self.enters("bob", GATE) and self.enters("bob", MEMBER))

    def small(self):
        """One machine from a Debian without anything, which becomes the gate: what the ordinary tests run."""
        machine = self.machines[GATE] = Machine(
            GATE, [image.debian()], {"public": "198.51.100.5/24", "private": "10.100.0.3/20"}
        )
        machine.mount()
        public = {who: key(who).with_suffix(".pub").read_text(encoding="ascii") for who in OPERATORS}
        image.first_start(machine.root, public)
        machine.boot()
        for name, changes in (("small-first", True), ("small-second", False)):
            words = ["--tags", "base,wireguard", "--diff", "-v"]
            run = playbook(name, project.ANSIBLE / "playbooks/acme/access.yml", "ada", [machine], *words)
            self.expect_runs("a run", [run], changes)
            told = sorted(name for name, value in project.hidden().items() if value in run.log)
            self.expect(f"{name}: it tells no secret", not told, ", ".join(told))
        for role in ("base", "wireguard"):
            run = inside(f"small-verify-{role}", project.ANSIBLE / f"roles/{role}/molecule/default/verify.yml", machine)
            self.expect(f"the verification of {role} passes", run.status == 0, FLEET / f"log/{run.name}.log")
        self.ports()
        self.kept()

    def molecule(self):
        """The scenario of each role on a Debian of its own, with check mode before and behind it."""
        for role in sorted(folder.name for folder in (project.ANSIBLE / "roles").iterdir()):
            # With the rights that the scenario gives its container.
            machine = Machine(f"fleet-{role}", [image.debian()], {"private": "10.100.15.2/20"}, "CAP_NET_ADMIN")
            machine.mount()
            subprocess.run(["chroot", machine.root, "ssh-keygen", "-A"], check=True, stdout=subprocess.DEVNULL)
            if role == "consul":
                program = machine.root / "opt/consul/1.22.3/consul"
                program.parent.mkdir(parents=True)
                shutil.copy(FLEET / "bin/consul", program)
            machine.boot()
            try:
                self.scenario(role, machine)
            finally:
                machine.remove()

    def scenario(self, role, machine):
        folder = project.ANSIBLE / f"roles/{role}/molecule/default"
        ephemeral = FLEET / "ephemeral"
        shutil.rmtree(ephemeral, ignore_errors=True)
        ephemeral.mkdir()
        environment = {"MOLECULE_EPHEMERAL_DIRECTORY": ephemeral}
        prepare = ["ansible-playbook", "--inventory", folder / "inventory", project.ANSIBLE / "molecule/prepare.yml"]
        self.expect(
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
            self.expect_runs(step, [run], changes)
            if role not in ROLES:
                # Its programs are not to be had: a machine on which it never was is all that there is.
                return


EVENTS = ["second", "ports", "kept", "verified", "drift", "reboot", "leave", "molecule", "small"]
# Those that boot machines of their own.
ALONE = ["molecule", "small"]


def main():
    words = sys.argv[1:]
    planted = words[1:2] if words[:1] == ["--plant"] else []
    chosen = words[2 if planted else 0 :] or EVENTS[:-1]
    if planted:
        defects.known(*planted)
    unknown = set(chosen) - set(EVENTS)
    if unknown:
        raise SystemExit(f"there is no event {', '.join(sorted(unknown))}: there are {', '.join(EVENTS)}")
    (FLEET / "log").mkdir(exist_ok=True)
    fleet = Fleet()
    for ended in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))
    make_switch()
    packages = image.serve_packages()
    try:
        time.sleep(1)
        compile_with(OPERATORS)
        for name in planted:
            defects.plant(name, project.ANSIBLE / "roles")
        started = time.time()
        if not set(chosen) <= set(ALONE):
            fleet.image()
            fleet.first()
        for event in EVENTS:
            if event in chosen:
                getattr(fleet, event)()
        print(f"{len(fleet.failed)} failed, in {time.time() - started:.0f} s; the logs are in {FLEET / 'log'}")
    finally:
        packages.terminate()
        for machine in fleet.machines.values():
            machine.stop()
        remove_switch()
    if planted:
        print(f"{planted[0]} was {'noticed' if fleet.failed else 'NOT NOTICED'}")
    sys.exit(1 if bool(fleet.failed) != bool(planted) else 0)


if __name__ == "__main__":
    main()
