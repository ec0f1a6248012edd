"""Garage for real: buckets with a key each, what goes from them by itself, and keys that are taken away and made anew."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from machines import FLEET, Product, boot, serve, until

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8"
PROGRAM = "opt/garage/2.3.0/garage"
STATES, UPLOADS, LOGS = "shop-prod-state", "shop-prod-uploads", "shop-prod-logs"
# No volume of a provider is there: the disk of the machine will do.
DISK = ["--extra-vars", json.dumps({"garage_on_volume": False})]

# Asks the S3 interface with a key; prints the code of the answer and then what it says. The clock of the client may be days ahead.
CLIENT = """
import datetime, hashlib, hmac, json, ssl, sys, urllib.error, urllib.request
asked = json.load(sys.stdin)
body = asked["body"].encode()
now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=asked["days"])
stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
digest = lambda data: hashlib.sha256(data).hexdigest()
sign = lambda key, text: hmac.new(key, text.encode(), "sha256").digest()
headers = {"host": "localhost", "x-amz-content-sha256": digest(body), "x-amz-date": stamp}
named = ";".join(headers)
path, _, query = asked["path"].partition("?")
canonical = [asked["method"], path, query, *(f"{name}:{value}" for name, value in headers.items()), "", named, digest(body)]
scope = f"{day}/garage/s3/aws4_request"
key = ("AWS4" + asked["secret"]).encode()
for part in scope.split("/"):
    key = sign(key, part)
signature = sign(key, "\\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest("\\n".join(canonical).encode())])).hex()
headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={asked['id']}/{scope}, SignedHeaders={named}, Signature={signature}"
request = urllib.request.Request("https://localhost" + asked["path"], body or None, headers, method=asked["method"])
try:
    with urllib.request.urlopen(request, timeout=20, context=ssl.create_default_context(cafile="/etc/garage-proxy/tls/ca.pem")) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
"""


def source(*buckets):
    """The product; the environment that is run is not its last one, in which a single machine would be refused."""
    return f"""
product shop {{
  domain       = if environment == prod then "shop.example.com" else "later.shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod, later]
  ranges       = {{ prod = 10.100.0.0/16, later = 10.101.0.0/16 }}
  operators    = [{{ name = "ada", key = "{KEY} ada@shop.example.com" }}]
  state   {{ store = mgmt.garage, lock = mgmt.consul, bootstrap = local }}
  secrets {{ store = mgmt.vault, bootstrap = sops }}
  waive source-available {{ on = [consul], because = "internal use is allowed" }}
}}
provider hetzner eu {{ region = fsn1 }}
stack management mgmt   {{ on = eu, servers = if environment == prod then 1 else 3, buckets = [{", ".join(buckets)}] }}
stack vpn        access {{ on = eu, reaches = [mgmt] }}
"""


def random(count):
    return lambda: os.urandom(count).hex()


FORMS = {"garage/rpc": random(32), "garage/key-id": random(12), "garage/key-secret": random(32)}
for bucket in (UPLOADS, LOGS):
    FORMS |= {f"garage/bucket-{bucket}-id": random(12), f"garage/bucket-{bucket}-secret": random(32)}


class Client:
    """Somebody with the key of a bucket."""

    def __init__(self, product, machine, bucket):
        names = ["garage/key-id", "garage/key-secret"] if bucket == STATES else [f"garage/bucket-{bucket}-{part}" for part in ("id", "secret")]
        self.machine, self.id, self.secret = machine, "GK" + product.secret(names[0]), product.secret(names[1])
        # How far ahead the clock is that it signs by.
        self.days = 0

    def asks(self, method, path, body=""):
        """The code of an answer, and what it says."""
        asked = {"method": method, "path": path, "body": body, "id": self.id, "secret": self.secret, "days": self.days}
        words = [str(word) for word in self.machine.inside("python3", "-c", CLIENT)]
        said = subprocess.run(words, check=True, text=True, input=json.dumps(asked), stdout=subprocess.PIPE).stdout
        code, _, text = said.partition(" ")
        return int(code), text.rstrip("\n")

    def writes(self, bucket, name, text):
        return self.asks("PUT", f"/{bucket}/{name}", text)[0] == 200

    def reads(self, bucket, name):
        code, text = self.asks("GET", f"/{bucket}/{name}")
        return text if code == 200 else None

    def refused(self, bucket):
        return {self.asks("GET", f"/{bucket}?list-type=2")[0], self.asks("PUT", f"/{bucket}/intruder", "x")[0]} == {403}


def main():
    product = Product("shop", FORMS)
    # Keys of another run would be known to nobody, and those of this one are to change.
    shutil.rmtree(FLEET / "secrets/garage", ignore_errors=True)
    product.compile(source('{ name = "uploads", expire = 30d }', '{ name = "logs" }'))
    addresses = {name: at for name, at in product.addresses.items() if "mgmt-nodes" in name}
    product.expect("there is one machine", len(addresses) == 1, addresses)
    machines = boot(addresses)
    try:
        for machine in machines:
            to = machine.root / PROGRAM
            to.parent.mkdir(parents=True)
            shutil.copy(pathlib.Path(os.environ["INFRAC_TOOLS"], "bin/garage"), to)
        check(product, machines[0])
    finally:
        for machine in machines:
            machine.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def check(product, machine):
    def plays(what, changes, *words):
        status, changed, log = product.play(f"garage-{what.replace(' ', '-')}", "mgmt", "garage", [machine], *DISK, *words)
        product.expect(f"{what}: it succeeds", status == 0, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    def administers(call, *words):
        """What the administration of Garage says."""
        header = f"Authorization: Bearer {product.secret('garage/admin')}"
        ask = ["curl", "-sf", "--cacert", "/etc/garage-proxy/tls/ca.pem", "-H", header, *words, f"https://localhost:3904/v2/{call}"]
        return json.loads(machine.asks(*ask))

    def rules(bucket):
        """What goes from a bucket by itself, and after how many days."""
        found = administers(f"GetBucketInfo?globalAlias={bucket}").get("lifecycleRules") or []
        return {rule["ID"]: (rule.get("Expiration") or {}).get("Days") or rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] for rule in found}

    plays("check mode of a fresh machine", None, "--check")
    plays("first run", True)
    plays("second run", False)
    plays("check mode behind it", False, "--check")

    states, uploads, logs = (Client(product, machine, bucket) for bucket in (STATES, UPLOADS, LOGS))
    for client, bucket in ((states, STATES), (uploads, UPLOADS), (logs, LOGS)):
        product.expect(f"the key of {bucket} writes into it", client.writes(bucket, "kept", bucket))
        product.expect(f"the key of {bucket} reads from it", client.reads(bucket, "kept") == bucket)
        others = {STATES, UPLOADS, LOGS} - {bucket}
        product.expect(f"the key of {bucket} opens nothing else", all(client.refused(other) for other in others))
    product.expect("nobody writes without a key", machine.tries("sh", "-c", "test $(curl -s -o /dev/null -w '%{http_code}' -X PUT -d x "
                   f"--cacert /etc/garage-proxy/tls/ca.pem https://localhost/{UPLOADS}/intruder) = 403"))  # fmt: skip
    product.expect("uploads go after thirty days", rules(UPLOADS) == {"expire": 30, "unfinished": 7}, rules(UPLOADS))
    product.expect("logs stay, and what nobody finishes does not", rules(LOGS) == {"unfinished": 7}, rules(LOGS))

    # A rule that somebody has taken away is written again.
    product.expect("an upload begins", uploads.asks("POST", f"/{UPLOADS}/big?uploads=")[0] == 200)
    identifier = administers(f"GetBucketInfo?globalAlias={UPLOADS}")["id"]
    administers(f"UpdateBucket?id={identifier}", "-d", '{"lifecycleRules": []}')
    product.expect("nothing goes by itself", rules(UPLOADS) == {}, rules(UPLOADS))
    plays("run without the rule", True)
    product.expect("it is there again", rules(UPLOADS) == {"expire": 30, "unfinished": 7}, rules(UPLOADS))

    # A month later: the clock of Garage alone goes ahead.
    machine.asks("sh", "-ec", "apt-get -qq update && apt-get -qq -y --no-install-recommends install libfaketime >/dev/null")
    machine.asks("sh", "-ec", "mkdir -p /run/systemd/system/garage.service.d; printf '[Service]\\nEnvironment=FAKETIME=+31d "
                 "DONT_FAKE_MONOTONIC=1 LD_PRELOAD=%s\\n' $(dpkg -L libfaketime | grep 'libfaketimeMT.so.1$') "
                 "> /run/systemd/system/garage.service.d/later.conf; systemctl daemon-reload; systemctl restart garage")  # fmt: skip
    for client in (states, uploads, logs):
        client.days = 31
    gone = lambda: uploads.asks("GET", f"/{UPLOADS}/kept")[0] == 404  # noqa: E731
    product.expect("a month later the upload is gone", until(gone, 120), uploads.asks("GET", f"/{UPLOADS}/kept"))
    product.expect("so is what nobody finished", until(lambda: "<Upload>" not in uploads.asks("GET", f"/{UPLOADS}?uploads=")[1], 120),
                   uploads.asks("GET", f"/{UPLOADS}?uploads="))  # fmt: skip
    product.expect("states and logs are not", states.reads(STATES, "kept") == STATES and logs.reads(LOGS, "kept") == LOGS)
    machine.asks("sh", "-ec", "rm -r /run/systemd/system/garage.service.d; systemctl daemon-reload; systemctl restart garage")
    for client in (states, uploads, logs):
        client.days = 0
    product.expect("it is today again", until(lambda: uploads.writes(UPLOADS, "new", "today")))

    # A bucket that is not written any more keeps what it holds, and its key opens it no longer. Another rule takes the place of one.
    product.compile(source('{ name = "uploads", expire = 7d, unfinished = 1d }'))
    plays("check mode of other buckets", True, "--check")
    product.expect("check mode lets the key be", logs.reads(LOGS, "kept") == LOGS)
    plays("run with other buckets", True)
    product.expect("the key of logs is refused", logs.refused(LOGS))
    product.expect("uploads go after a week", rules(UPLOADS) == {"expire": 7, "unfinished": 1}, rules(UPLOADS))
    plays("run behind it", False)

    # A key that became known: a new one takes its place.
    for part in ("id", "secret"):
        (FLEET / f"secrets/garage/bucket-{UPLOADS}-{part}").unlink()
    product.compile(source('{ name = "uploads", expire = 7d, unfinished = 1d }', '{ name = "logs" }'))
    plays("run with another key", True)
    product.expect("the key before it is refused", uploads.refused(UPLOADS))
    product.expect("the new one reads what there is", Client(product, machine, UPLOADS).reads(UPLOADS, "new") == "today")
    product.expect("logs are open again, and hold what they held", logs.reads(LOGS, "kept") == LOGS)
    plays("run behind the other key", False)


if __name__ == "__main__":
    serve(main)
