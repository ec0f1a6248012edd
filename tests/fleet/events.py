"""The events of a fleet: an image, a first run, a second one, check mode, a rebooted machine, an operator who leaves.

usage: events.py [EVENT...]                     (all of them, in their order; the first two are always needed)
       events.py --plant DEFECT [EVENT...]      (with a mistake in a role: it succeeds where something has noticed)
       events.py --keep [EVENT...]              (leaves the machines running behind the first run and these events)
       events.py --again EVENT...               (does these events on the machines that were left running)
       events.py --end                          (takes down what was left running)
`--again` may stand beside `--plant`.
FLEET_ENVIRONMENT is the environment of acme whose machines these are: staging, which has one member, or prod, which has three.
"""

import shutil
import signal
import subprocess
import sys
import time

import alone
import defects
import image
import loss
import port
import ports
import project
import rotation
from fleet import GATE, KEPT, MEMBER, MEMBERS, OPERATORS, ROLES, Fleet
from machine import FLEET, make_switch, remove_switch
from project import as_operator, compile_with, hosts, inside, key, ssh

# Those that know who operates a machine.
OF_OPERATORS = ["base", "wireguard"]


def holding(places, which):
    """The command that prints the files with a secret in them."""
    return f"find {places} -xdev -type f {which} ! -path /run/hidden -exec grep -lFf /run/hidden {{}} + 2> /dev/null || true"


class Events(Fleet):
    """What may happen to a fleet, each with what must hold behind it."""

    def second(self):
        before = image.requests()
        self.expect_runs("the second run", self.everywhere("second", "ada"), False)
        self.expect("the second run fetches nothing", image.requests() == before)
        self.expect_runs("check mode of a configured machine", self.everywhere("check", "ada", "--check"), False)

    def ports(self):
        """Every port that the model knows and some others, from everywhere, beside what the model says."""
        model = ports.model(project.ENVIRONMENT)
        for source, place, target in ports.ways(self.machines, GATE):
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
        shutil.copy(FLEET / f"authority-{project.ENVIRONMENT}.pem", member.root / "root/authority.pem")
        shutil.copy(FLEET / f"authority-{project.ENVIRONMENT}.key", member.root / "root/authority.key")
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
            machine.restart()
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

    def port(self):
        port.changed(self)

    def secret(self):
        rotation.rotated(self)

    def replace(self):
        loss.replaced(self)

    def molecule(self):
        alone.molecule(self)

    def small(self):
        alone.small(self)


EVENTS = ["second", "ports", "kept", "verified", "drift", "port", "secret", "replace", "reboot", "leave", "molecule", "small"]
# Those that boot machines of their own.
ALONE = ["molecule", "small"]
# What is done where no event is named.
USUAL = [event for event in EVENTS if event != "small" and (event != "replace" or len(MEMBERS) > 1)]


def options(words):
    """What is asked for: whether machines are kept, whether those that were kept are taken, the planted defect and the events."""
    asked = {"keep": False, "again": False, "end": False, "plant": None}
    while words and words[0].startswith("--"):
        word = words.pop(0).removeprefix("--")
        if word not in asked:
            raise SystemExit(f"there is no option --{word}: there are {', '.join(f'--{name}' for name in asked)}")
        asked[word] = (words.pop(0) if words else "") if word == "plant" else True
    if asked["plant"] is not None:
        defects.known(asked["plant"])
    unknown = set(words) - set(EVENTS)
    if unknown:
        raise SystemExit(f"there is no event {', '.join(sorted(unknown))}: there are {', '.join(EVENTS)}")
    if "replace" in words and len(MEMBERS) == 1:
        raise SystemExit(f"{project.ENVIRONMENT} has one member, which nothing can replace: FLEET_ENVIRONMENT=prod has three")
    if KEPT.exists() and not asked["again"] and not asked["end"]:
        raise SystemExit("machines were left running: go on with --again EVENT..., or take them down with --end")
    if asked["again"] and not KEPT.exists():
        raise SystemExit("no machines were left running: --keep leaves them")
    return asked, words or ([] if asked["keep"] or asked["again"] else USUAL)


def main():
    asked, chosen = options(sys.argv[1:])
    (FLEET / "log").mkdir(exist_ok=True)
    fleet = Events()
    if asked["end"]:
        fleet.end()
        remove_switch()
        return
    for ended in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))
    if not asked["again"]:
        make_switch()
    packages = image.serve_packages()
    stays = False
    try:
        time.sleep(1)
        compile_with(OPERATORS)
        if asked["plant"]:
            defects.plant(asked["plant"], project.ANSIBLE / "roles")
        started = time.time()
        if asked["again"]:
            stays = True
            fleet.adopt()
            fleet.converge()
        elif asked["keep"] or not set(chosen) <= set(ALONE):
            fleet.image()
            fleet.first()
            if asked["keep"]:
                stays = True
                fleet.keep()
        for event in EVENTS:
            if event in chosen:
                getattr(fleet, event)()
        taken = time.time() - started
        print(f"{fleet.passed} ok, {len(fleet.failed)} failed, in {taken:.0f} s; the logs are in {FLEET / 'log'}")
    finally:
        packages.terminate()
        if stays:
            # An event may have booted a machine again.
            fleet.keep()
        else:
            for machine in fleet.machines.values():
                machine.stop()
            remove_switch()
    if asked["plant"]:
        print(f"{asked['plant']} was {'noticed' if fleet.failed else 'NOT NOTICED'}")
    sys.exit(1 if bool(fleet.failed) != bool(asked["plant"]) else 0)


if __name__ == "__main__":
    main()
