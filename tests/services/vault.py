"""OpenBao for real: three members that keep secrets, another key of their seal and another password, as the guide says."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

from machines import FLEET, PROJECT, Product, boot, serve, until

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8"
PROGRAM = "opt/openbao/2.6.2/bao"
CLIENT = "BAO_ADDR=https://localhost:8200 BAO_CACERT=/etc/vault.d/tls/ca.pem"
SEALED, OPEN, STANDBY = "503", "200", "429"


def source(seal):
    return f"""
product shop {{
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = {{ prod = 10.100.0.0/16 }}
  operators    = [{{ name = "ada", key = "{KEY} ada@shop.example.com" }}]
  state   {{ store = mgmt.garage, lock = mgmt.consul, bootstrap = local }}
  secrets {{ store = mgmt.vault, bootstrap = sops }}
  waive source-available {{ on = [consul], because = "internal use is allowed" }}
}}
provider hetzner eu {{ region = fsn1 }}
stack management mgmt {{ on = eu, servers = 3, range = 10.100.0.0/20, seal = {seal} }}
stack vpn access {{ on = eu, reaches = [mgmt] }}
"""


def seal_key():
    return os.urandom(32).hex()


def main():
    product = Product("shop", {f"vault/seal{number}": seal_key for number in ("", "-2", "-3")})
    for kept in ("vault/seal", "vault/seal-2", "vault/operator"):
        (FLEET / "secrets" / kept).unlink(missing_ok=True)
    product.compile(source(1))
    addresses = {name: at for name, at in product.addresses.items() if "mgmt-nodes" in name}
    product.expect("there are three machines", len(addresses) == 3, addresses)
    members = boot(addresses)
    for member in members:
        install(member)
    try:
        check(product, members)
    finally:
        for member in members:
            member.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def install(member):
    to = member.root / PROGRAM
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(os.path.join(os.environ["INFRAC_TOOLS"], "bin/bao"), to)


def asks(member, words, given="", token=None):
    """Runs a command of an operator on a member, as in one shell; gives its status and what it prints."""
    environment = f"{CLIENT} {f'BAO_TOKEN={token}' if token else ''}"
    command = [str(word) for word in member.inside("sh", "-c", f"export {environment}; {words}")]
    done = subprocess.run(command, text=True, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.strip()


def login(member, password):
    """A token of the operator, or nothing."""
    status, said = asks(member, "bao write -field=token auth/userpass/login/operator password=-", password)
    return said if status == 0 else None


def state(member):
    return asks(member, "curl -s -o /dev/null -w '%{http_code}' --cacert $BAO_CACERT $BAO_ADDR/v1/sys/health")[1]


def guided(product, secret):
    """The commands of the client of the store that the guide lists for a secret, those behind the playbook last."""
    text = (PROJECT / "generated/live/shop/BOOTSTRAP.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `{secret}`\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    lines = section[1].splitlines() if section else []
    product.expect(f"the guide says how {secret} is changed", any(f"first-secrets \"$environment\" {secret}" in line for line in lines), lines)
    return [line.rpartition(" | ")[2] for line in lines if re.search(r"(^| \| )bao ", line)]


def check(product, members):
    first, second, third = members

    def plays(what, changes, *words, succeeds=True):
        status, changed, log = product.play(f"vault-{what.replace(' ', '-')}", "mgmt", "vault", members, *words)
        product.expect(f"{what}: it {'succeeds' if succeeds else 'is refused'}", (status == 0) == succeeds, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    def opened():
        return all(state(member) in (OPEN, STANDBY) for member in members)

    def held(member):
        return asks(member, "bao kv get -mount=kv -field=value shop/kept", token=login(member, password))[1]

    plays("check mode of fresh members", None, "--check")
    plays("first run", True)
    plays("second run", False)
    plays("check mode behind it", False, "--check")
    password = product.secret("vault/operator")
    told = asks(first, "bao kv put -mount=kv shop/kept value=-", "something", login(first, password))
    product.expect("something is written", told[0] == 0, told)
    product.expect("every member has it", all(held(member) == "something" for member in members))

    seal(product, members, plays, opened, held)

    # Another value in the place of the key that is used.
    kept = FLEET / "secrets/vault/seal-2"
    used = kept.read_text(encoding="ascii")
    kept.write_text(seal_key(), encoding="ascii")
    product.compile(source(2))
    plays("run with another value of the key that is used", None, succeeds=False)
    product.expect("nobody has noticed", opened() and all(used in member.asks("cat", "/etc/vault.d/seal-2.key") for member in members))
    kept.write_text(used, encoding="ascii")
    product.compile(source(2))
    plays("run with the key that is used", False)

    # A member that has lost its disk knows the new key alone.
    third.asks("sh", "-c", "systemctl stop openbao; rm -rf /var/lib/vault/* /etc/vault.d/*")
    plays("run with a member that lost its disk", True)
    product.expect("the lost member has what was written", until(lambda: held(third) == "something", 60))

    # Another password of the first operator.
    session, new = login(second, password), "another-" + os.urandom(12).hex()
    commands = guided(product, "vault/operator")
    told = [asks(second, f"{commands[0]} password=-", password), asks(second, commands[1], new), asks(second, commands[2])]
    product.expect("every command for another password succeeds", not any(status for status, _ in told), told)
    product.expect("the one before opens nothing", until(lambda: not any(login(member, password) for member in members)))
    product.expect("who came in with it is out", until(lambda: asks(second, "bao token lookup", token=session)[0] != 0))
    password = new
    product.expect("the new one opens every member", all(held(member) == "something" for member in members))
    plays("run behind another password", False)


def seal(product, members, plays, opened, held):
    """Another key of the seal."""
    before = product.secret("vault/seal")
    commands = guided(product, "vault/seal-2")
    product.compile(source(2))
    new = product.secret("vault/seal-2")
    plays("check mode of another key", True, "--check")
    product.expect("check mode writes no key", not any(member.tries("test", "-e", "/etc/vault.d/seal-2.key") for member in members))
    plays("run with another key", True)
    product.expect("every member is open", until(opened, 60))
    plays("run behind the other key", False)
    # It says the words of the guide, which asks for a password at a terminal.
    told = [asks(members[1], f"{commands[0]} password=-", product.secret("vault/operator")), asks(members[1], commands[1])]
    product.expect("what the guide says seals everything anew", not any(status for status, _ in told), told)
    time.sleep(5)

    # Each member with one of the keys alone.
    for member in members:
        settings = json.loads(member.asks("cat", "/etc/vault.d/seal.json"))
        static = settings["seal"]["static"]
        both = dict(static)
        for which, number, opens in (("before", "previous", False), ("new", "current", True)):
            settings["seal"]["static"] = {"current_key_id": both[f"{number}_key_id"], "current_key": both[f"{number}_key"]}
            write(member, "/etc/vault.d/seal.json", json.dumps(settings))
            member.asks("systemctl", "restart", "--no-block", "openbao")
            time.sleep(5)
            is_open = until(lambda member=member: state(member) in (OPEN, STANDBY), 45 if opens else 10)
            product.expect(f"{member.name}: the key {which} {'opens it' if opens else 'opens nothing'}", is_open == opens, state(member))
    product.expect("every member has what was written", until(lambda: all(held(member) == "something" for member in members), 60))
    plays("run that writes both keys again", True)
    product.expect("every member is open with both", until(opened, 60))
    said = "".join(member.asks("journalctl", "--no-pager", "--all", "--output=cat") for member in members)
    product.expect("no log has a key", before not in said and new not in said)


def write(member, path, text):
    words = [str(word) for word in member.inside("sh", "-c", f"cat > {path}")]
    subprocess.run(words, check=True, text=True, input=text)


if __name__ == "__main__":
    serve(main)
