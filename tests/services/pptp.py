"""PPTP for real, as far as a kernel without PPP goes: the gate answers clients, lets their packets in and no further than
they may, and its programs take what was written."""

import pathlib
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
# Then it calls (2.7): its number of the call, the speeds, both kinds of bearer and framing, how much it takes at once.
CALL = struct.pack(">HHLHHHHLLLLHHHH64s64s", 168, 1, 0x1A2B3C4D, 7, 0, 1, 1, 300, 100000000, 3, 3, 64, 0, 0, 0, b"", b"")
# Whether a login can be made at all, and with what pppd ends where it cannot, and where it does not know an option.
HAS_PPP, NO_PPP, UNKNOWN_OPTION = pathlib.Path("/dev/ppp").exists(), "4", "2"
# The numbers of GRE and of another protocol that nobody asked for.
GRE, ESP = 47, 50
# What the gate calls itself in the tunnel.
GATE_INSIDE = "10.100.18.1"
# Somebody whom the peers may reach, and somebody among the management, whom they may not; both are the operator's side.
PEOPLE, MANAGEMENT = "10.100.0.1", "10.100.64.9"
# Says which protocols of IP come in; whoever listens so hears what the firewall has let through.
HEARS = """
import select, socket, sys
heard = {socket.socket(socket.AF_INET, socket.SOCK_RAW, number): number for number in map(int, sys.argv[1:])}
print("listens", flush=True)
while found := select.select(list(heard), [], [], 3)[0]:
    for each in found:
        each.recv(65535)
        print(heard[each], flush=True)
"""
# Says by whom of a network datagrams come in.
TAKES = """
import select, socket, sys
taken = {socket.socket(socket.AF_INET, socket.SOCK_DGRAM): address for address in sys.argv[1:]}
for each, address in taken.items():
    each.bind((address, 4500))
print("listens", flush=True)
while found := select.select(list(taken), [], [], 3)[0]:
    for each in found:
        print(taken[each], each.recv(65535).decode(), flush=True)
"""
# Puts datagrams into an interface of a client, as PPP does with what it has read.
PUTS = """
import fcntl, os, socket, struct, sys
link = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(link, 0x400454CA, struct.pack("16sH", sys.argv[1].encode(), 0x1001))
def checked(text):
    total = sum(struct.unpack(f">{len(text) // 2}H", text))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
for source, to in zip(sys.argv[2::2], sys.argv[3::2]):
    text = source.encode()
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(text), 1, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(to))
    head = head[:10] + struct.pack(">H", checked(head)) + head[12:]
    os.write(link, head + struct.pack(">HHHH", 4500, 4500, 8 + len(text), 0) + text)
"""


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
stack management mgmt {{ on = eu, range = 10.100.64.0/20 }}
stack directory people {{ on = eu, range = 10.100.0.0/20, keys = [mgmt.operator_keys] }}
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


def answers(*asked):
    """What the gate says to a client on the internet: the kind of each message and its result."""
    code = f"""
import socket
with socket.create_connection(('{PUBLIC}', 1723), 10) as gate:
    for text in {[text.hex() for text in asked]}:
        gate.sendall(bytes.fromhex(text))
        head = b''
        while len(head) < 2 and (more := gate.recv(2 - len(head))):
            head += more
        said, length = head, int.from_bytes(head, 'big')
        while len(said) < length and (more := gate.recv(length - len(said))):
            said += more
        print(said.hex())
"""
    told = subprocess.run(in_switch("python3", "-c", code), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = [bytes.fromhex(line) for line in told.stdout.split()]
    # The result stands where each of the two has it.
    return [(text[9], text[14 if text[9] == 2 else 16]) for text in said if len(text) > 16]


def meanwhile(words, does):
    """What a program says that listens while something is done, until it has heard nothing for a while."""
    listens = subprocess.Popen([str(word) for word in words], text=True, stdout=subprocess.PIPE)
    listens.stdout.readline()
    does()
    return set(listens.communicate()[0].splitlines())


def sends():
    """Packets of a client on the internet, of GRE as PPTP has it and of another protocol."""
    code = """
import socket, sys
for number in map(int, sys.argv[2:]):
    packet = bytes.fromhex("3001880b00040001000000000000ff03") if number == 47 else bytes(16)
    socket.socket(socket.AF_INET, socket.SOCK_RAW, number).sendto(packet, (sys.argv[1], 0))
"""
    subprocess.run(in_switch("python3", "-c", code, PUBLIC, GRE, ESP), check=True)


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

    # Two is the answer to the first message, eight to the call; one says that all is well.
    product.expect("the gate answers a client through its firewall", answers(HELLO) == [(2, 1)], answers(HELLO))
    called = answers(HELLO, CALL)
    product.expect("it takes a call", called == [(2, 1), (8, 1)], called)
    took = lambda: "Starting call" in said() and "pppd" in said()  # noqa: E731
    said = lambda: gate.asks("journalctl", "--output", "cat", "--identifier", "pptpd", "--identifier", "pppd")  # noqa: E731
    product.expect("it runs pppd for it", until(took), said())
    heard = meanwhile(gate.inside("python3", "-c", HEARS, str(GRE), str(ESP)), sends)
    product.expect("its firewall lets gre in, and nothing beside it", heard == {str(GRE)}, heard)
    rules = gate.asks("nft", "list", "chain", "inet", "machine", "inbound")
    product.expect("nothing but the ports of the gate is open", "dport 636" not in rules, rules)
    reaches(product, gate, given)
    if not HAS_PPP:
        print("left   a login, its encryption and whether the options fit each other: this kernel has no PPP (CONFIG_PPP, CONFIG_PPP_MPPE)")

    # It reads its options before it looks for PPP in the kernel, and prints them where there is one.
    tries = "pppd file /etc/ppp/pptpd-options {} dryrun nodetach notty 2>&1; echo $?"
    *told, status = gate.asks("sh", "-c", tries.format("")).splitlines()
    product.expect("pppd knows every option", status == ("0" if HAS_PPP else NO_PPP), (told, status))
    *told, status = gate.asks("sh", "-c", tries.format("require-nothing")).splitlines()
    product.expect("it would say if it did not", status == UNKNOWN_OPTION and "unrecognized option" in told[0], (told, status))
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
    product.expect("the gate answers again", until(lambda: answers(HELLO) == [(2, 1)]))
    plays("run behind it", False)


def reaches(product, gate, given):
    """What comes out of the interface of a peer goes where peers may go, and nowhere else."""
    subprocess.run(in_switch("ip", "address", "add", f"{MANAGEMENT}/32", "dev", "private"), check=True)
    gate.asks("ip", "route", "add", f"{MANAGEMENT}/32", "dev", "eth1")
    gate.asks("ip", "tuntap", "add", "dev", "ppp0", "mode", "tun")
    gate.asks("ip", "address", "add", GATE_INSIDE, "peer", given["ada"], "dev", "ppp0")
    gate.asks("ip", "link", "set", "ppp0", "up")
    # One is sent by whom PPTP let in, the others by somebody who claims another address.
    tried = [(given["ada"], PEOPLE), (given["ada"], MANAGEMENT), ("10.100.17.2", PEOPLE), ("10.100.17.2", MANAGEMENT)]
    puts = lambda: gate.asks("python3", "-c", PUTS, "ppp0", *[word for pair in tried for word in pair])  # noqa: E731
    arrived = meanwhile(in_switch("python3", "-c", TAKES, PEOPLE, MANAGEMENT), puts)
    gate.asks("ip", "link", "delete", "ppp0")
    product.expect("a peer reaches the people, nobody reaches more", arrived == {f"{PEOPLE} {given['ada']}"}, arrived)


if __name__ == "__main__":
    serve(main)
