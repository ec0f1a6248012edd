"""PPTP for real, as far as a kernel without PPP goes: the gate answers clients, and its programs take what was written."""

import re
import socket
import struct
import subprocess
import sys

from machines import FLEET, PROJECT, Machine, Product, image, serve, until
from machine import in_switch  # found behind `machines`, which says where it lies

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8"
TUNNEL = "pu2n5Upix9TACHWQEWGsPf0erUmuMJLK8ca0GnaYk/E="
GATE = "shop-prod-access-gate-0"
PUBLIC = "198.51.100.5"
# What a client says first (RFC 2637, 2.1): length, kind, a number that is always the same, the request, the version.
HELLO = struct.pack(">HHLHHHHLLHH64s64s", 156, 1, 0x1A2B3C4D, 1, 0, 0x0100, 0, 1, 1, 1, 0, b"client", b"test")


def source(*peers):
    names = ", ".join(f'"{peer}"' for peer in peers)
    people = ", ".join(f'{{ name = "{name}", key = "{KEY}", tunnel = "{TUNNEL}" }}' for name in ("ada", "bob"))
    return f"""
product shop {{
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = {{ prod = 10.100.0.0/16 }}
  operators    = [{people}]
  state   {{ store = mgmt.garage, lock = mgmt.consul, bootstrap = local }}
  secrets {{ store = mgmt.vault, bootstrap = sops }}
  waive source-available {{ on = [consul], because = "internal use is allowed" }}
}}
provider hetzner eu {{ region = fsn1 }}
stack management mgmt {{ on = eu, range = 10.100.0.0/20 }}
stack directory people {{ on = eu, keys = [mgmt.operator_keys] }}
stack vpn inward {{ on = eu, reaches = [mgmt], label = "inward" }}
stack vpn access {{
  on        = eu
  reaches   = [people]
  protocols = [wireguard, pptp]
  insecure  = {{ peers = [{names}], because = "the till speaks nothing else" }}
}}
"""


def main():
    product = Product("shop")
    product.compile(source("ada", "bob"))
    lock = (PROJECT / "inventory/shop/infra.lock").read_text(encoding="utf-8")
    private = re.search(rf"/{GATE}@\S+ = (\S+)", lock)[1]
    given = dict(re.findall(r"^prod/access\.pptp_peers/(\w+)@\S+ = (\S+)$", lock, re.M))
    gate = Machine(GATE, [image.debian()], {"public": f"{PUBLIC}/24", "private": f"{private}/20"})
    try:
        gate.mount()
        gate.boot()
        check(product, gate, given)
    finally:
        gate.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def answer():
    """What the gate says to a client on the internet: the kind of its message and its result."""
    code = f"""
import socket
with socket.create_connection(('{PUBLIC}', 1723), 10) as gate:
    gate.sendall(bytes.fromhex('{HELLO.hex()}'))
    said = b''
    while len(said) < 156 and (more := gate.recv(156)):
        said += more
print(said.hex())
"""
    asked = subprocess.run(in_switch("python3", "-c", code), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = bytes.fromhex(asked.stdout.strip())
    return (struct.unpack(">H", said[8:10])[0], said[14]) if len(said) == 156 else None


def check(product, gate, given):
    def plays(what, changes, *words):
        status, changed, log = product.play(f"pptp-{what.replace(' ', '-')}", "access", "base,gateway,pptp", [gate], *words)
        product.expect(f"{what}: it succeeds", status == 0, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    plays("check mode of a fresh gate", None, "--check")
    plays("first run", True)
    plays("second run", False)
    plays("check mode behind it", False, "--check")

    # Two is the answer to the first message, one that all is well.
    product.expect("the gate answers a client through its firewall", answer() == (2, 1), answer())
    rules = gate.asks("nft", "list", "chain", "inet", "machine", "inbound")
    product.expect("its firewall lets gre in", re.search(r"meta l4proto (gre|47) accept", rules), rules)
    product.expect("nothing but the ports of the gate is open", "dport 636" not in rules, rules)

    options = gate.asks("sh", "-c", "pppd file /etc/ppp/pptpd-options dryrun nodetach notty 2>&1 || true")
    product.expect("pppd knows every option", "unrecognized" not in options and "require-mppe-128" in options, options)
    secrets = gate.asks("cat", "/etc/ppp/chap-secrets")
    for name, address in given.items():
        product.expect(f"{name} has the address of the lock", f"{name} pptpd @/etc/ppp/pptp/{name} {address}\n" in secrets, secrets)
    password = gate.asks("cat", "/etc/ppp/pptp/ada")
    product.expect("the password is the store's", password == product.secret("pptp/ada"))

    before = gate.asks("systemctl", "show", "--property=MainPID", "pptpd")
    product.compile(source("ada"))
    plays("run without bob", True)
    product.expect("he has no line", "bob" not in gate.asks("cat", "/etc/ppp/chap-secrets"))
    product.expect("who was connected is not", gate.asks("systemctl", "show", "--property=MainPID", "pptpd") != before)
    product.expect("the gate answers again", until(lambda: answer() == (2, 1)))
    plays("run behind it", False)


if __name__ == "__main__":
    serve(main)
