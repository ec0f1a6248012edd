"""Two machines of the example `website` in folders: nginx and lego of Debian, a test authority that speaks ACME, a stand-in of an edge."""

import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import jinja2

WORK = Path(sys.argv[1])
ROLE = Path("examples/website/generated/ansible/roles/site")
NAMES = ["shop.example.com", "www.shop.example.com"]
ADDRESSES = {"a": "127.0.0.2", "b": "127.0.0.3"}
LIFE = 60
started = []


def start(name, *command, **more):
    log = open(WORK / f"{name}.log", "w")
    process = subprocess.Popen(command, stdout=log, stderr=log, **more)
    started.append(process)
    return process


def stop(process):
    process.terminate()
    process.wait()
    started.remove(process)


def wait_for(address, port):
    for _ in range(100):
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing listens on {address}:{port}")


def sign(folder, authority, request, days):
    extensions = folder / "extensions"
    names = subprocess.run(["openssl", "req", "-in", request, "-noout", "-text"], capture_output=True, text=True, check=True).stdout
    extensions.write_text("subjectAltName=" + re.search(r"DNS:.*", names).group(0))
    return subprocess.run(
        ["openssl", "x509", "-req", "-in", request, "-CA", authority / "ca.pem", "-CAkey", authority / "key.pem", "-CAcreateserial",
         "-days", str(days), "-extfile", extensions],
        capture_output=True, text=True, check=True,
    ).stdout


def authority(name):
    folder = WORK / name
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", f"/CN={name}",
         "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
        capture_output=True, check=True,
    )
    return folder


class Machine:
    def __init__(self, name, own):
        self.name, self.address = name, ADDRESSES[name]
        self.wanted = [*NAMES, f"{name}.shop.example.com"]
        self.folder = WORK / f"machine-{name}"
        self.site = self.folder / "etc/site"
        (self.folder / "bin").mkdir(parents=True)
        (self.folder / "var/lib/site/challenges").mkdir(parents=True)
        shutil.chown(self.folder / "var/lib/site", "www-data")
        for folder in [WORK, self.folder, self.folder / "var", self.folder / "var/lib"]:
            folder.chmod(0o755)
        (self.site / "own").mkdir(parents=True)
        key, request = self.site / "own/key.pem", self.folder / "csr.pem"
        subprocess.run(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/", "-keyout", key, "-out", request,
             "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in self.wanted)],
            capture_output=True, check=True,
        )
        (self.site / "own/cert.pem").write_text(sign(self.folder, own, request, 30))
        self.program("site-certificate", self.moved((ROLE / "files/site-certificate").read_text()))
        # The folder of the example has other ports than a machine, and the resolvers of this one do not know its zone.
        self.program("lego", f'#!/bin/sh\nexport LEGO_CA_CERTIFICATES={WORK}/pebble-ca.pem\nexec {WORK}/root/usr/bin/lego --dns.disable-cp "$@"\n')
        self.program("systemctl", f'#!/bin/sh\necho "$@" >> {self.folder}/reloads\nkill -HUP "$(cat {self.folder}/var/lib/site/nginx.pid)"\n')
        self.settings(["letsencrypt"], None)

    def moved(self, text):
        for path in ["/etc/site", "/var/lib/site"]:
            text = text.replace(path, f"{self.folder}{path}")
        return text

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def settings(self, sources, challenge, origin=None):
        values = {
            "names": self.wanted, "sources": sources, "challenge": challenge, "origin": origin, "directory": "https://127.0.0.1:14000/dir",
            "contact": "ops@shop.example.com", "group": "www-data", "reloads": ["site-proxy.service"],
        }
        (self.site / "settings.json").write_text(json.dumps(values))

    def certificate(self, *arguments):
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return subprocess.run(["dash", self.folder / "bin/site-certificate", *arguments], env={**os.environ, "PATH": path}, capture_output=True, text=True)

    def serve(self):
        peers = [address for name, address in ADDRESSES.items() if name != self.name]
        template = jinja2.Environment(trim_blocks=True).from_string((ROLE / "templates/nginx.conf.j2").read_text())
        text = self.moved(template.render(ansible_managed="", site_wanted=self.wanted, site_behind=5999, site_peers=peers, site_fetched=True))
        text = re.sub(r"listen \[::\].*\n", "", text)
        text = text.replace("listen 443", f"listen {self.address}:5001").replace("listen 80", f"listen {self.address}:5002").replace(":80;", ":5002;")
        text = text.replace("access_log syslog:server=unix:/dev/log,nohostname,tag=site;", f"access_log {self.folder}/access.log;")
        (self.site / "nginx.conf").write_text("user www-data;\n" + text)
        command = [f"{WORK}/root/usr/sbin/nginx", "-e", "stderr", "-c", self.site / "nginx.conf"]
        subprocess.run([*command, "-t", "-q"], check=True)
        start(f"nginx-{self.name}", *command, "-g", f"daemon off; pid {self.folder}/var/lib/site/nginx.pid;")
        wait_for(self.address, 5001)

    def shown(self):
        time.sleep(0.5)
        ask = subprocess.run(["openssl", "s_client", "-connect", f"{self.address}:5001", "-servername", NAMES[0]], input="", capture_output=True, text=True)
        issuer = subprocess.run(["openssl", "x509", "-noout", "-issuer", "-serial"], input=ask.stdout, capture_output=True, text=True, check=True)
        return issuer.stdout


def hold(condition, what, *more):
    if not condition:
        print(*more, sep="\n", file=sys.stderr)
        sys.exit(f"FAILED: {what}")
    print(f"held: {what}")


def wait_until(machine, left):
    """Waits until the certificate of Let's Encrypt has so many seconds left."""
    end = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", machine.site / "letsencrypt/cert.pem"], capture_output=True, text=True, check=True)
    time.sleep(max(0, ssl.cert_time_to_seconds(end.stdout.strip().partition("=")[2]) - left - time.time()))


def pebble():
    settings = {
        "pebble": {
            "listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": f"{WORK}/pebble/cert.pem",
            "privateKey": f"{WORK}/pebble/server.pem", "httpPort": 5002, "tlsPort": 5001, "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "profiles": {"default": {"description": "short", "validityPeriod": LIFE}},
        }
    }
    (WORK / "pebble.json").write_text(json.dumps(settings))
    environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
    process = start("pebble", f"{WORK}/go/bin/pebble", "-config", f"{WORK}/pebble.json", "-dnsserver", "127.0.0.1:8053", env=environment)
    wait_for("127.0.0.1", 14000)
    return process


class Edge(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Edge.asked.append((self.headers["Authorization"], body))
        request = WORK / "edge.csr"
        request.write_text(body["csr"])
        answer = json.dumps({"success": True, "result": {"certificate": sign(WORK, WORK / "edge", request, 30)}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def main():
    for path in list(WORK.glob("machine-*")) + [WORK / name for name in ["own", "edge", "pebble"]]:
        shutil.rmtree(path, ignore_errors=True)
    own, edge, server = authority("own"), authority("edge"), authority("pebble")
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/", "-keyout", server / "server.pem",
         "-out", server / "csr.pem", "-addext", "subjectAltName=DNS:localhost,DNS:127.0.0.1"], capture_output=True, check=True)
    (server / "extensions").write_text("subjectAltName=IP:127.0.0.1")
    subprocess.run(
        ["openssl", "x509", "-req", "-in", server / "csr.pem", "-CA", server / "ca.pem", "-CAkey", server / "key.pem", "-CAcreateserial", "-days", "30",
         "-extfile", server / "extensions", "-out", server / "cert.pem"], capture_output=True, check=True)
    shutil.copy(server / "ca.pem", WORK / "pebble-ca.pem")
    a, b = Machine("a", own), Machine("b", own)

    for machine in [a, b]:
        hold(machine.certificate("settle", "check").returncode == 1, f"{machine.name} knows that nothing is served yet")
        hold(machine.certificate("settle").returncode == 0, f"{machine.name} settles for the product's own authority")
        machine.serve()
        hold("CN = own" in machine.shown(), f"{machine.name} serves it")

    # Every name leads to the second machine, whichever asks.
    start("dns", f"{WORK}/go/bin/pebble-challtestsrv", "-defaultIPv4", ADDRESSES["b"], "-defaultIPv6", "", "-http01", "", "-https01", "",
          "-tlsalpn01", "", "-doh", "", "-dnsserver", "127.0.0.1:8053", "-management", "127.0.0.1:8055")
    wait_for("127.0.0.1", 8055)
    acme = pebble()
    applied = a.certificate("apply")
    hold("Pebble" in a.shown(), "a file that the other machine was asked for is found", applied.stderr)
    hold(a.certificate("check").returncode == 0, "nothing is to be done then")
    hold((a.folder / "reloads").read_text() == "reload site-proxy.service\n", "the server was told once")
    first = a.shown()
    hold(a.certificate("renew").returncode == 0 and a.shown() == first, "what is fresh is not renewed")

    wait_until(a, LIFE / 5)
    late = a.certificate("check")
    hold(late.returncode == 1 and "ends soon" in late.stdout, "a certificate near its end is spoken of", late.stdout, late.stderr)
    renewed = a.certificate("renew")
    hold(renewed.returncode == 0 and "Pebble" in a.shown() and a.shown() != first, "it is renewed", renewed.stderr)

    stop(acme)
    wait_until(a, -1)
    lost = a.certificate("renew")
    hold(lost.returncode == 1 and "letsencrypt signed nothing" in lost.stderr, "an authority that is away is told of", lost.stderr)
    hold("CN = own" in a.shown(), "the product's own authority takes over", a.shown())
    hold(a.certificate("check").returncode == 1, "and that is spoken of")

    api = http.server.ThreadingHTTPServer(("127.0.0.1", 8056), Edge)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    (a.site / "token").write_text("secret-of-the-zone")
    a.settings(["letsencrypt", "origin"], None, "http://127.0.0.1:8056")
    taken = a.certificate("apply")
    hold("CN = edge" in a.shown(), "the edge's authority is before it", taken.stderr)
    authorization, body = Edge.asked[0]
    hold(authorization == "Bearer secret-of-the-zone" and body["hostnames"] == a.wanted and body["requested_validity"] == 90, "it is asked as it wants to be")

    acme = pebble()
    # It keeps nothing: when it starts again it knows no account.
    shutil.rmtree(a.site / "account")
    back = a.certificate("apply")
    hold("Pebble" in a.shown(), "whom everybody trusts comes back first", back.stderr)

    # By the zone: the token is the path of a program, which is what this client of ACME reads from that variable.
    zone = WORK / "zone"
    zone.write_text('#!/bin/sh\nexec curl --silent --data "{\\"host\\":\\"$2\\",\\"value\\":\\"$3\\"}" "http://127.0.0.1:8055/$( [ "$1" = present ] && echo set-txt || echo clear-txt)"\n')
    zone.chmod(0o755)
    (b.site / "token").write_text(str(zone))
    b.settings(["letsencrypt"], {"client": "exec", "variable": "EXEC_PATH"})
    written = b.certificate("apply")
    hold("Pebble" in b.shown(), "the zone proves the names as well", written.stderr)
    hold((b.site / "letsencrypt/key.pem").stat().st_mode & 0o777 == 0o640, "nobody else reads the key")


try:
    main()
finally:
    for process in started:
        process.send_signal(signal.SIGTERM)
