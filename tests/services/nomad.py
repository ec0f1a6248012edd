"""Nomad for real: servers with Consul beside them, a worker, and jobs that come, change and go."""

import json
import os
import shutil
import subprocess
import sys
import uuid

from machines import FLEET, Product, boot, serve, until

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8"
PROGRAMS = {"nomad": ("nomad", "1.11.3"), "consul": ("consul", "1.22.3")}

PAGE = """{ name = "page", kind = service, run = ["/usr/bin/python3", "-m", "http.server", "8000"], ports = { http = 8000/tcp },
  health = "/", environment = { GREETING = "%s" } }"""
TIDY = '{ name = "tidy", kind = periodic, run = ["/bin/true"], schedule = "15 3 * * *" }'


def source(*jobs):
    return f"""
product shop {{
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = {{ prod = 10.100.0.0/16 }}
  operators    = [{{ name = "ada", key = "{KEY} ada@shop.example.com" }}]
  state   {{ store = mgmt.garage, lock = mgmt.consul, bootstrap = local }}
  secrets {{ store = mgmt.vault, bootstrap = sops }}
  waive source-available {{ on = [consul, nomad, nomad-worker], because = "internal use is allowed" }}
}}
provider hetzner eu {{ region = fsn1 }}
stack management mgmt {{ on = eu, servers = 3, range = 10.100.0.0/20, scheduler = true, jobs = [{", ".join(jobs)}] }}
stack vpn        access {{ on = eu, reaches = [mgmt] }}
stack workers    farm   {{ on = eu, cluster = mgmt, servers = 1 }}
"""


def token():
    return str(uuid.uuid4())


def key():
    return subprocess.run(["openssl", "rand", "-base64", "32"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


FORMS = {
    "consul/gossip": key, "consul/management": token, "consul/lock": token, "nomad/consul": token,
    "nomad/gossip": key, "nomad/management": token,
}  # fmt: skip


def main():
    product = Product("shop", FORMS)
    product.compile(source(PAGE % "hello", TIDY))
    addresses = {name: at for name, at in product.addresses.items() if "mgmt-nodes" in name or "farm-nodes" in name}
    product.expect("there are four machines", len(addresses) == 4, addresses)
    machines = boot(addresses, governs=[name for name in addresses if "farm" in name])
    for machine in machines:
        for name, (program, version) in PROGRAMS.items():
            to = machine.root / f"opt/{name}/{version}/{program}"
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.join(os.environ["INFRAC_TOOLS"], "bin", program), to)
    try:
        run(product, [m for m in machines if "mgmt" in m.name], next(m for m in machines if "farm" in m.name), addresses)
    finally:
        for machine in machines:
            machine.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def run(product, servers, worker, addresses):
    def plays(what, changes, *words, stack="mgmt", roles="consul,nomad", of=servers):
        status, changed, log = product.play(f"nomad-{what.replace(' ', '-')}", stack, roles, of, *words)
        product.expect(f"{what}: it succeeds", status == 0, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    def asks(path, of="nomad/management", machine=servers[0]):
        """What the API of a server says, as somebody with a token, or nothing where it refuses."""
        header = ["-H", f"X-Nomad-Token: {product.secret(of)}"] if of else []
        words = ["curl", "-sf", "--cacert", "/etc/nomad.d/tls/ca.pem", *header, f"https://localhost:4646{path}"]
        answer = subprocess.run(machine.inside(*words), text=True, stdout=subprocess.PIPE)
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def runs(job):
        return [a for a in asks(f"/v1/job/{job}/allocations") or [] if a["ClientStatus"] == "running"]

    def shown():
        return worker.tries("curl", "-sf", "-o", "/dev/null", f"http://{addresses[worker.name]}:8000/")

    servers[0].asks("sh", "-ec", "apt-get -qq update && apt-get -qq -y --no-install-recommends install curl >/dev/null")
    worker.asks("sh", "-ec", "apt-get -qq update && apt-get -qq -y --no-install-recommends install curl >/dev/null")
    plays("check mode of fresh servers", None, "--check")
    plays("first run", True)
    plays("second run", False)
    plays("check mode behind it", False, "--check")

    peers = asks("/v1/status/peers") or []
    product.expect("the three servers know each other", len(peers) == 3, peers)
    product.expect("nobody asks without a token", asks("/v1/jobs", of=None) is None)
    product.expect("nothing answers without TLS", not servers[0].tries("curl", "-sf", "http://127.0.0.1:4646/v1/status/leader"))
    product.expect("the jobs wait for a worker", not runs("page") and {j["ID"] for j in asks("/v1/jobs") or []} == {"page", "tidy"})
    header = f"X-Consul-Token: {product.secret('consul/management')}"
    ask = ["curl", "-sf", "--cacert", "/etc/consul.d/tls/ca.pem", "-H", header, "https://localhost:8501/v1/health/service/nomad?passing=1"]
    known = lambda: len({entry["Node"]["Node"] for entry in json.loads(servers[0].asks(*ask) or "[]")}) == 3  # noqa: E731
    product.expect("Consul knows all of them, and that they are well", until(known, 60))

    farm = {"stack": "farm", "roles": "nomad_worker", "of": [worker]}
    plays("check mode of a fresh worker", None, "--check", **farm)
    plays("the worker", True, **farm)
    plays("the worker again", False, **farm)
    product.expect("the page runs", until(lambda: len(runs("page")) == 1, 120), asks("/v1/job/page/allocations"))
    product.expect("it answers at its port", until(shown))
    owner = worker.asks("sh", "-c", "ps -o user= -p $(pgrep -f '[p]ython3 -m http.server 8000' | tail -1)").strip()
    product.expect("it runs as nobody", owner == "nobody", owner)
    plays("run with a worker", False)

    # The worker's agent restarts, and what it runs does not.
    before = worker.asks("pgrep", "-f", "http.server 8000")
    worker.asks("systemctl", "restart", "nomad-worker")
    product.expect("what runs outlives a restart of the worker's agent",
                   until(lambda: worker.tries("systemctl", "is-active", "--quiet", "nomad-worker"))
                   and worker.asks("pgrep", "-f", "http.server 8000") == before)  # fmt: skip

    # A job changes, one goes, one comes; what somebody else has registered stays.
    other = {"Job": {"ID": "other", "Name": "other", "Type": "batch", "Datacenters": ["shop-prod"], "TaskGroups": [
        {"Name": "other", "Tasks": [{"Name": "other", "Driver": "exec", "Config": {"command": "/bin/true"}}]}]}}  # fmt: skip
    words = ["curl", "-sf", "--cacert", "/etc/nomad.d/tls/ca.pem", "-H", f"X-Nomad-Token: {product.secret('nomad/management')}",
             "-d", json.dumps(other), "https://localhost:4646/v1/jobs"]  # fmt: skip
    servers[0].asks(*words)
    product.compile(source(PAGE % "good morning", '{ name = "once", kind = batch, run = ["/bin/true"] }'))
    plays("check mode of other jobs", True, "--check")
    plays("run with other jobs", True)
    told = lambda: [a for a in runs("page") if a["JobVersion"] == 1]  # noqa: E731
    product.expect("the page runs in its new version", until(lambda: len(told()) == 1, 120), asks("/v1/job/page/allocations"))
    done = lambda: any(a["ClientStatus"] == "complete" for a in asks("/v1/job/once/allocations") or [])  # noqa: E731
    product.expect("what runs once has run", until(done, 60))
    stopped = {j["ID"] for j in asks("/v1/jobs") or [] if j["Stop"]}
    product.expect("what is not written any more is stopped, and what others have registered is not", stopped == {"tidy"}, stopped)
    plays("run behind it", False)

    # A server is lost with its disk, and comes back.
    lost = servers[2]
    lost.asks("sh", "-c", "systemctl stop nomad && rm -rf /var/lib/nomad/* /etc/nomad.d/nomad.json")
    product.expect("two of three go on", until(lambda: shown() and asks("/v1/status/leader") is not None))
    plays("run with a server that lost its disk", True)
    back = lambda: (asks("/v1/operator/autopilot/health") or {}).get("Healthy")  # noqa: E731
    product.expect("all three are well again", until(back, 90), asks("/v1/operator/autopilot/health"))
    product.expect("the page has not noticed", shown())
    product.expect("its certificate is a server's", lost.tries("sh", "-c", "openssl x509 -noout -ext subjectAltName "
                   "-in /etc/nomad.d/tls/cert.pem | grep -q 'DNS:server.global.nomad'"))  # fmt: skip
    product.expect("the worker's is none", not worker.tries("sh", "-c", "openssl x509 -noout -ext subjectAltName "
                   "-in /etc/nomad.d/tls/cert.pem | grep -q 'DNS:server.global.nomad'"))  # fmt: skip


if __name__ == "__main__":
    serve(main)
