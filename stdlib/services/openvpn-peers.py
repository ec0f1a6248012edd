#!/usr/bin/python3
"""Makes those who may come in by OpenVPN the ones that are written, and refuses everybody else.

usage: openvpn-peers check | apply
  check  succeeds where everything is as it is written
  apply  makes it so, refuses who has left, and ends their connections

Below `/etc/openvpn/infrac`:
  peers/NAME    the key and the certificate of a peer
  allowed/NAME  the address of a peer, read by the server: whoever has no file is refused
  issued/NAME   each certificate that the name has had: its number, and a hash of its public key
  revoked/      a file for each number that is refused for ever, whatever the name is allowed
  clients/      what a client reads, whole
"""

import hashlib
import json
import os
import pathlib
import shutil
import socket
import sys

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FOLDER = pathlib.Path("/etc/openvpn/infrac")
MANAGEMENT = "/run/openvpn-server/infrac.sock"
WRITTEN = json.loads((FOLDER / "peers.json").read_text(encoding="utf-8"))
PEERS = {peer["name"]: peer["address"] for peer in WRITTEN["peers"]}


def text(*parts):
    return FOLDER.joinpath(*parts).read_text(encoding="utf-8")


def shown(folder):
    """The files and folders of a folder by name; what another run left half made does not count."""
    return {path.name for path in (FOLDER / folder).iterdir() if not path.name.startswith(".")}


def mark(name):
    """The number of a peer's certificate and a hash of its public key."""
    certificate = x509.load_pem_x509_certificate(text("peers", name, "cert.pem").encode())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"{certificate.serial_number} {hashlib.sha256(key).hexdigest()}"


def issued(name):
    path = FOLDER / "issued" / name
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def client(name):
    parts = {
        "ca": text("tls", "ca.pem"),
        "cert": text("peers", name, "cert.pem"),
        "key": text("peers", name, "key.pem"),
        "tls-crypt": text("seal.key"),
    }
    inline = "".join(f"<{tag}>\n{value.strip()}\n</{tag}>\n" for tag, value in parts.items())
    return text("client.conf") + inline


def wanted():
    """What the folders hold when everything is as it is written: each file with its text and mode."""
    files = {}
    for name, address in PEERS.items():
        marks = issued(name)
        marks += [new for new in [mark(name)] if new not in marks]
        files["issued", name] = "".join(f"{line}\n" for line in marks), 0o600
        files["allowed", name] = f"ifconfig-push {address} {WRITTEN['mask']}\n", 0o644
        files["clients", f"{name}.ovpn"] = client(name), 0o600
        # A certificate that was made anew for the same key stands beside the one before; another key takes its place.
        own = mark(name).split()[1]
        for number in (line.split()[0] for line in marks if line.split()[1] != own):
            files["revoked", number] = "", 0o644
    for name in (shown("issued") | shown("peers")) - set(PEERS):
        made = (FOLDER / "peers" / name / "cert.pem").exists()
        marks = issued(name) + ([mark(name)] if made else [])
        for line in marks:
            files["revoked", line.split()[0]] = "", 0o644
    # Whoever was refused stays so.
    for number in shown("revoked"):
        files["revoked", number] = "", 0o644
    return files


def gone(files):
    """What must not be there any more."""
    for folder in ("allowed", "clients"):
        yield from ((folder, name) for name in shown(folder) if (folder, name) not in files)
    yield from (("peers", name) for name in shown("peers") if name not in PEERS)


def differs(place, file):
    path, (content, mode) = FOLDER.joinpath(*place), file
    return not path.is_file() or path.read_text(encoding="utf-8") != content or path.stat().st_mode & 0o777 != mode


def write(place, file):
    path, (content, mode) = FOLDER.joinpath(*place), file
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as opened:
        os.fchmod(opened.fileno(), mode)
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.rename(path)


def end(names):
    """Ends the connections of some peers; where no server runs there are none."""
    if not names or not os.path.exists(MANAGEMENT):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.settimeout(10)
        try:
            server.connect(MANAGEMENT)
        except ConnectionRefusedError:
            return
        with server.makefile("rw", encoding="utf-8", newline="\n") as spoken:
            for name in names:
                spoken.write(f"kill {name}\n")
                spoken.flush()
                # Notices come in between; the answer says whether somebody of that name was there.
                while not (answer := spoken.readline()).startswith(("SUCCESS:", "ERROR:")):
                    if not answer:
                        sys.exit("openvpn-peers: the server has not said whether it ended the connections")
            spoken.write("quit\n")
            spoken.flush()


def check():
    files = wanted()
    sys.exit(1 if any(differs(*entry) for entry in files.items()) or any(gone(files)) else 0)


def apply():
    files = wanted()
    # First who is refused, by number and by name; then the open connections; the keys last, so that a run that stops here goes on.
    leaving = {name for folder, name in gone(files) if folder in ("allowed", "peers")}
    replaced = {name for name in PEERS if issued(name) and issued(name)[-1].split()[1] != mark(name).split()[1]}
    moved = {name for name in PEERS if ("allowed", name) in files and differs(("allowed", name), files["allowed", name])}
    for place, file in sorted(files.items(), key=lambda entry: entry[0][0] != "revoked"):
        if differs(place, file):
            write(place, file)
    for folder, name in list(gone(files)):
        if folder == "allowed":
            (FOLDER / folder / name).unlink()
    end(sorted(leaving | replaced | moved))
    for folder, name in list(gone(files)):
        path = FOLDER / folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    actions = {"check": check, "apply": apply}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        sys.exit(__doc__.split("\n\n")[1])
    actions[sys.argv[1]]()
