"""OpenVPN for real: a gate, a machine behind it, and clients that are let in, thrown out and refused."""

import json
import os
import subprocess
import sys

from machines import FLEET, PROJECT, Machine, Product, image, run, serve, until

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8"
GATE, INSIDE = "shop-prod-access-gate-0", "shop-prod-mgmt-nodes-0"
PUBLIC = "198.51.100.5"
CLIENTS = "/etc/openvpn/infrac/clients"
CONFIGURATION = "/etc/openvpn/client/infrac.conf"
# A network that the gate reaches and its tunnel does not lead to.
ELSEWHERE = "10.200.0.1"


def source(*operators):
    people = ", ".join(f'{{ name = "{name}", key = "{KEY} {name}@shop.example.com" }}' for name in operators)
    return f"""
product shop {{
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = {{ prod = 10.100.0.0/16 }}
  operators    = [{people}]
  state   {{ store = mgmt.garage, lock = mgmt.consul, bootstrap = local }}
  secrets {{ store = mgmt.vault, bootstrap = sops }}
  repository {{ github = "shop/infrastructure" }}
  waive source-available {{ on = [consul], because = "internal use is allowed" }}
}}
provider hetzner eu {{ region = fsn1 }}
stack management mgmt {{ on = eu, range = 10.100.0.0/20 }}
stack vpn access {{ on = eu, reaches = [mgmt], protocols = [openvpn] }}
"""


def address_in_tunnel(name):
    """What the lock says that a peer has."""
    lock = (PROJECT / "inventory/shop/infra.lock").read_text(encoding="utf-8")
    return next(line.split(" = ")[1] for line in lock.splitlines() if line.startswith(f"prod/access.openvpn_addresses/{name}@"))


class Client:
    """A machine on the internet with the client of Debian."""

    def __init__(self, name, number):
        self.machine = Machine(name, [image.debian()], {"public": f"198.51.100.{number}/24"})
        self.machine.mount()
        self.machine.boot()
        # Packages come from the bridge on the other side.
        self.machine.asks("ip", "route", "add", "10.100.0.1/32", "via", "198.51.100.1")
        self.machine.asks("sh", "-ec", "apt-get -qq update && apt-get -qq -y --no-install-recommends install openvpn >/dev/null")
        self.machine.asks("ip", "route", "del", "10.100.0.1/32")
        self.machine.asks("sh", "-c", f"echo '{PUBLIC} vpn.shop.example.com' >> /etc/hosts")

    def connects(self, configuration, words, seconds=20):
        """Whether a client with this configuration comes in."""
        self.leaves()
        run(*self.machine.inside("sh", "-c", f"umask 077 && cat > {CONFIGURATION}"), input=configuration)
        return self.machine.tries("timeout", str(seconds), *words)

    def leaves(self):
        self.machine.tries("sh", "-c", "pkill -x openvpn; while pgrep -x openvpn; do sleep 0.2; done")

    def address(self):
        found = json.loads(self.machine.asks("ip", "-json", "-4", "address", "show") or "[]")
        own = [of["local"] for link in found if link["ifname"].startswith("tun") for of in link["addr_info"]]
        return own[0] if own else None

    def reaches(self, address):
        ask = f"import socket; print(socket.create_connection(('{address}', 8080), 3).makefile().readline())"
        return self.machine.tries("python3", "-c", ask)


def certificate(product, folder, name, usage, authority=None):
    """A key and a certificate of the product's authority, or of another one, for whatever name."""
    if authority is None:
        product.secret("authority/certificate")
        authority = FLEET / "secrets/authority/certificate", FLEET / "secrets/authority/key"
    certificate, key = authority
    run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / "key")
    run("openssl", "req", "-new", "-key", folder / "key", "-subj", f"/CN={name}", "-out", folder / "request")
    (folder / "extensions").write_text(f"extendedKeyUsage={usage}\n", encoding="ascii")
    run("openssl", "x509", "-req", "-in", folder / "request", "-CA", certificate, "-CAkey", key, "-CAserial", folder / "serial", "-CAcreateserial", "-days", "7",
        "-extfile", folder / "extensions", "-out", folder / "certificate", stderr=subprocess.DEVNULL)  # fmt: skip
    return [(folder / file).read_text(encoding="ascii") for file in ("certificate", "key")]


def with_certificate(configuration, pair):
    """A client's configuration with another key and certificate in it."""
    for tag, text in zip(("cert", "key"), pair):
        before, _, rest = configuration.partition(f"<{tag}>\n")
        configuration = f"{before}<{tag}>\n{text}{rest[rest.index(f'</{tag}>'):]}"
    return configuration


def main():
    product = Product("shop", {"openvpn/seal": lambda: os.urandom(256).hex()})
    product.compile(source("ada", "bob"))
    inside = product.addresses[INSIDE]
    lock = (PROJECT / "inventory/shop/infra.lock").read_text(encoding="utf-8")
    private = next(line.split(" = ")[1] for line in lock.splitlines() if f"/{GATE}@" in line)
    machines = []
    try:
        for name, addresses in (
            (GATE, {"public": f"{PUBLIC}/24", "private": f"{private}/20"}),
            (INSIDE, {"private": f"{inside}/20"}),
        ):
            machine = Machine(name, [image.debian()], addresses)
            machine.mount()
            machines.append(machine)
            machine.boot()
        ada, bob = Client("ada", 11), Client("bob", 12)
        machines += [ada.machine, bob.machine]
        check(product, machines[0], machines[1], inside, ada, bob)
    finally:
        for machine in machines:
            machine.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def check(product, gate, behind, inside, ada, bob):
    def plays(what, changes, *words, roles="gateway,openvpn"):
        status, changed, log = product.play(f"openvpn-{what.replace(' ', '-')}", "access", roles, [gate], *words)
        product.expect(f"{what}: it succeeds", status == 0, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    def fetched(name):
        return gate.asks("cat", f"{CLIENTS}/{name}.ovpn")

    plays("check mode of a fresh gate", None, "--check")
    # The firewall of the machine is base's.
    plays("first run", True, roles="base,gateway,openvpn")
    plays("second run", False)
    plays("check mode behind it", False, "--check")

    # Behind the gate somebody answers, there and in a network where nobody is let to.
    behind.asks("ip", "address", "add", f"{ELSEWHERE}/32", "dev", "eth0")
    gate.asks("ip", "route", "add", f"{ELSEWHERE}/32", "dev", "eth1")
    answer = "import socket; s = socket.create_server(('', 8080))\nwhile True:\n c, a = s.accept(); c.sendall(a[0].encode()); c.close()"
    behind.asks("systemd-run", "--quiet", "python3", "-c", answer)
    product.expect("the gate itself reaches both", until(lambda: gate.tries("sh", "-c", f"timeout 3 bash -c '</dev/tcp/{ELSEWHERE}/8080'")))

    pipeline = json.loads((PROJECT / "generated/live/shop/pipeline.json").read_text(encoding="utf-8"))
    words = pipeline["environments"][0]["network"]["up"]
    product.expect("nobody reaches the machine without the tunnel", not ada.reaches(inside))
    first = fetched("ada")
    product.expect("ada comes in as a job of CI would", ada.connects(first, words, 70))
    product.expect("she has the address of the lock", ada.address() == address_in_tunnel("ada"), ada.address())
    product.expect("she reaches the machine", ada.reaches(inside))
    ada.machine.asks("ip", "route", "add", f"{ELSEWHERE}/32", "dev", "tun0")
    product.expect("she reaches nothing else", not ada.reaches(ELSEWHERE))
    of_bob = fetched("bob")
    product.expect("bob comes in too", bob.connects(of_bob, words) and bob.reaches(inside))
    said = gate.asks("journalctl", "--unit", "openvpn-server@infrac", "--output", "cat")
    product.expect("the channel is TLS 1.3 with AES-GCM", "TLSv1.3" in said and "'AES-256-GCM'" in said, said[-2000:])
    status = gate.asks("sh", "-c", "ps -o user= -C openvpn")
    product.expect("the server is nobody", set(status.split()) == {"nobody"}, status)

    # Who is no peer, whatever he shows.
    folder = FLEET / "certificates"
    folder.mkdir(exist_ok=True)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=Other",
        "-days", "7", "-keyout", folder / "other.key", "-out", folder / "other", stderr=subprocess.DEVNULL)  # fmt: skip
    other = folder / "other", folder / "other.key"
    for what, made in (
        ("a certificate of the authority for a name that is no peer", certificate(product, folder, "eve", "clientAuth")),
        ("a certificate of the authority for a server with a peer's name", certificate(product, folder, "ada", "serverAuth")),
        ("a certificate of another authority", certificate(product, folder, "ada", "clientAuth", other)),
    ):
        product.expect(f"{what} is refused", not bob.connects(with_certificate(of_bob, made), words))
    before, _, rest = of_bob.partition("<tls-crypt>\n")
    head, *lines = rest.splitlines(keepends=True)
    changed = head + "".join(line if line.startswith(("-", "<")) else line[::-1].strip() + "\n" for line in lines)
    product.expect("who has another seal is refused", not bob.connects(f"{before}<tls-crypt>\n{changed}", words))
    product.expect("bob comes in again", bob.connects(of_bob, words) and bob.reaches(inside))

    # Who leaves is thrown out and refused; nobody else notices.
    started = gate.asks("systemctl", "show", "--property=MainPID", "openvpn-server@infrac")
    hers = ada.machine.asks("pgrep", "-x", "openvpn")
    product.compile(source("ada", "cem"))
    plays("check mode without bob", True, "--check")
    product.expect("check mode lets him stay", bob.reaches(inside))
    plays("run without bob", True)
    product.expect("his connection ends", until(lambda: not bob.reaches(inside), 10))
    product.expect("he is refused", not bob.connects(of_bob, words))
    product.expect("the server has not restarted", gate.asks("systemctl", "show", "--property=MainPID", "openvpn-server@infrac") == started)
    product.expect("ada is still connected", ada.machine.asks("pgrep", "-x", "openvpn") == hers and ada.reaches(inside))
    product.expect("his key is gone", not gate.tries("test", "-e", "/etc/openvpn/infrac/peers/bob"))
    product.expect("cem comes in", bob.connects(fetched("cem"), words))
    product.expect("he has an address of his own", bob.address() == address_in_tunnel("cem") != address_in_tunnel("ada"), bob.address())
    plays("run behind it", False)

    # Back again, with a certificate of the new time alone.
    product.compile(source("ada", "cem", "bob"))
    plays("run with bob again", True)
    product.expect("what he had before is refused", not bob.connects(of_bob, words))
    product.expect("what is new is not", bob.connects(fetched("bob"), words) and bob.reaches(inside))

    # A key that got lost: another one takes its place.
    lost = fetched("ada")
    gate.asks("rm", "/etc/openvpn/infrac/peers/ada/key.pem")
    plays("run with a key that was taken away", True)
    product.expect("the one before ends and is refused", not ada.connects(lost, words))
    product.expect("the next one is let in", ada.connects(fetched("ada"), words) and ada.reaches(inside))

    gate.restart()
    up = lambda: gate.tries("systemctl", "is-active", "--quiet", "openvpn-server@infrac")  # noqa: E731
    product.expect("the gate is back after a restart", until(up, 90))
    product.expect("the tunnel is too", until(lambda: ada.reaches(inside), 90))
    plays("run behind the restart", False)


if __name__ == "__main__":
    serve(main)
