"""The tunnel for real: a machine that leads to a developer's, and whoever it does not lead to."""

import subprocess
import sys

from machines import FLEET, PROJECT, Machine, Product, image, run, serve, until

DOOR = "shop-prod-desk-nodes-0"
PUBLIC = "198.51.100.5"


def key(name):
    """The public key of somebody, made once."""
    path = FLEET / "keys" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@shop.example.com", "-f", path)
    return path.with_suffix(".pub").read_text(encoding="ascii").strip()


def source(*people):
    operators = ", ".join(f'{{ name = "{name}", key = "{key(name)}" }}' for name in ("ada", "bob"))
    return f"""
product shop {{
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = {{ prod = 10.100.0.0/16 }}
  operators    = [{operators}]
}}
provider hetzner eu {{ region = fsn1 }}
stack compute desk  {{ on = eu, servers = 1, public = true, ports = [443/tcp], range = 10.100.0.0/20 }}
stack preview show  {{ on = eu, machine = desk, people = [{", ".join(f'"{name}"' for name in people)}] }}
stack zone    names {{ on = eu, records = show.records }}
"""


class Desk:
    """A developer's machine with what is to be shown."""

    def __init__(self):
        self.machine = Machine("desk", [image.debian()], {"public": "198.51.100.11/24"})
        self.machine.mount()
        self.machine.boot()
        self.machine.asks("ip", "route", "add", "10.100.0.1/32", "via", "198.51.100.1")
        self.machine.asks("sh", "-ec", "apt-get -qq update && apt-get -qq -y --no-install-recommends install openssh-client >/dev/null")
        self.machine.asks("ip", "route", "del", "10.100.0.1/32")
        self.machine.asks("sh", "-c", "mkdir -p /srv/work /root/.ssh && echo 'what ada works on' > /srv/work/index.html")
        self.machine.asks("systemd-run", "--quiet", "python3", "-m", "http.server", "--directory", "/srv/work", "3000")
        for name in ("ada", "bob", "eve"):
            key(name)
            run(*self.machine.inside("sh", "-c", f"umask 077 && cat > /root/{name}"), input=(FLEET / "keys" / name).read_text(encoding="ascii"))

    def ssh(self, who, *words):
        """A call of the tunnel with somebody's key, which gives up where something is refused."""
        common = ["-p", "2222", "-i", f"/root/{who}", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=accept-new",
                  "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o", "ConnectTimeout=5"]  # fmt: skip
        return ["timeout", "20", "ssh", *common, *words, f"tunnel@{PUBLIC}"]

    def leads(self, who, way="127.0.0.1:8080:localhost:3000"):
        """Whether somebody may lead the machine to this one; the way stays open."""
        self.leaves()
        return self.machine.tries(*self.ssh(who, "-f", "-N", "-R", way))

    def leaves(self):
        self.machine.tries("sh", "-c", "pkill -x ssh; while pgrep -x ssh; do sleep 0.2; done")


def main():
    product = Product("shop")
    product.compile(source("ada", "bob"))
    lock = (PROJECT / "inventory/shop/infra.lock").read_text(encoding="utf-8")
    private = next(line.split(" = ")[1] for line in lock.splitlines() if f"/{DOOR}@" in line)
    door = Machine(DOOR, [image.debian()], {"public": f"{PUBLIC}/24", "private": f"{private}/20"})
    machines = []
    try:
        door.mount()
        machines.append(door)
        door.boot()
        desk = Desk()
        machines.append(desk.machine)
        check(product, door, desk)
    finally:
        for machine in machines:
            machine.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def check(product, door, desk):
    def plays(what, changes, *words, roles="ssh_tunnel"):
        stack = "desk" if roles == "base" else "show"
        status, changed, log = product.play(f"tunnel-{what.replace(' ', '-')}", stack, roles, [door], *words)
        product.expect(f"{what}: it succeeds", status == 0, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    def shown():
        ask = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8080/', timeout=3).read().decode())"
        found = subprocess.run(door.inside("python3", "-c", ask), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return "what ada works on" in found.stdout

    plays("the firewall", True, roles="base")
    plays("check mode of a fresh machine", None, "--check")
    plays("first run", True)
    plays("second run", False)
    plays("check mode behind it", False, "--check")

    product.expect("nothing is shown before somebody calls", not shown())
    product.expect("ada leads the machine to hers", desk.leads("ada") and until(shown, 10))
    reach = f"import socket; socket.create_connection(('{PUBLIC}', 8080), 3)"
    product.expect("nobody reaches it past the machine's own server", not desk.machine.tries("python3", "-c", reach))
    desk.leaves()
    product.expect("nothing is shown after she has left", until(lambda: not shown(), 30))
    product.expect("bob may, too", desk.leads("bob") and until(shown, 10))
    desk.leaves()
    product.expect("who is no operator may not", not desk.leads("eve"))
    product.expect("no other port is led anywhere", not desk.leads("ada", "127.0.0.1:9090:localhost:3000"))
    product.expect("no other address listens", not desk.leads("ada", "0.0.0.0:8080:localhost:3000") or not desk.machine.tries("python3", "-c", reach))
    desk.leaves()
    product.expect("nobody gets a session", not desk.machine.tries(*desk.ssh("ada"), "true"))
    forward = "ssh -f -N -L 2200:127.0.0.1:22 " + " ".join(desk.ssh("ada")[3:])
    banner = "import socket; s = socket.create_connection(('127.0.0.1', 2200), 3); s.settimeout(3); assert s.recv(4).startswith(b'SSH')"
    desk.machine.tries("sh", "-c", f"timeout 20 {forward}")
    product.expect("nobody comes further than the machine", not desk.machine.tries("python3", "-c", banner))
    desk.leaves()

    product.compile(source("ada"))
    plays("run without bob", True)
    product.expect("he is refused", not desk.leads("bob"))
    product.expect("ada is not", desk.leads("ada") and until(shown, 10))
    plays("run behind it", False)


if __name__ == "__main__":
    serve(main)
