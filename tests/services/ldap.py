"""The directory for real: three machines that hold it, people who come and go, a member whose disk is lost."""

import subprocess
import sys

from machines import FLEET, Product, boot, serve, until

SUFFIX = "dc=shop,dc=example,dc=com"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8"


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
  waive source-available {{ on = [consul], because = "internal use is allowed" }}
}}
provider hetzner eu {{ region = fsn1 }}
stack management mgmt {{ on = eu, servers = 3, directory = true, range = 10.100.0.0/20 }}
stack vpn access {{ on = eu, reaches = [mgmt] }}
"""


def ask(machine, server, *words):
    """What `ldapsearch` says over TLS, with the authority of the product."""
    return subprocess.run(
        machine.inside("env", "LDAPTLS_CACERT=/etc/ldap/directory/tls/ca.pem", "ldapsearch", "-LLL", "-o", "ldif-wrap=no",
                       "-H", f"ldaps://{server}", *words),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def person(name):
    return f"uid={name},ou=people,{SUFFIX}"


def begin(product, member):
    """Starts the directory; a container's manager may still be busy with the control group of the one that it has stopped."""
    product.expect(f"{member.name} starts the directory", until(lambda: member.tries("systemctl", "start", "ldap")))


def main():
    product = Product("shop")
    product.compile(source("ada", "bob"))
    addresses = {name: at for name, at in product.addresses.items() if "mgmt-nodes" in name}
    product.expect("there are three machines", len(addresses) == 3, addresses)
    members = boot(addresses)
    try:
        run(product, members, list(addresses.values()))
    finally:
        for member in members:
            member.stop()
    print(f"{len(product.failed)} failed; the logs are in {FLEET / 'log'}")
    sys.exit(1 if product.failed else 0)


def run(product, members, at):
    first, second, third = members

    def plays(what, changes, *words, of=members):
        status, changed, log = product.play(what.replace(" ", "-"), "mgmt", "ldap", of, *words)
        product.expect(f"{what}: it succeeds", status == 0, log)
        if changes is not None:
            product.expect(f"{what}: it {'changes something' if changes else 'changes nothing'}", (changed > 0) == changes, log)

    plays("check mode of fresh machines", None, "--check")
    plays("first run", True)
    plays("second run", False)
    plays("check mode behind it", False, "--check")

    ada = product.secret("ldap/ada")
    login = ["-x", "-D", person("ada"), "-w", ada]
    for member, address in zip(members, at):
        found = ask(first, address, *login, "-b", SUFFIX, "(uid=ada)", "mail", "memberOf")
        product.expect(f"{member.name} lets ada in over TLS", "mail: ada@shop.example.com" in found.stdout, found.stdout)
        product.expect(f"{member.name} knows her groups", f"memberOf: cn=operators,ou=groups,{SUFFIX}" in found.stdout, found.stdout)
    refused = ask(first, at[0], "-x", "-b", SUFFIX)
    product.expect("nobody asks without a name", refused.returncode != 0 and "uid=" not in refused.stdout, refused.stdout)
    refused = ask(first, at[0], "-x", "-D", person("ada"), "-w", "wrong-password", "-b", SUFFIX)
    product.expect("a wrong password is refused", "Invalid credentials" in refused.stdout, refused.stdout)
    seen = ask(first, at[0], *login, "-b", SUFFIX, "(uid=*)", "userPassword")
    product.expect("nobody reads passwords", "userPassword" not in seen.stdout and "uid=bob" in seen.stdout, seen.stdout)
    product.expect("nothing listens without TLS", not first.tries("sh", "-c", "ss -Hltn | grep -q ':389 '"))
    kept = first.asks("slapcat", "-f", "/etc/ldap/directory/slapd.conf")
    product.expect("passwords are kept as hashes", "userPassword:: " in kept and ada not in kept)

    # A change of her own, on another member, is everywhere and outlives a run.
    new = "correct-horse-battery"
    words = ["env", "LDAPTLS_CACERT=/etc/ldap/directory/tls/ca.pem", "ldappasswd", "-H", f"ldaps://{at[1]}", *login, "-a", ada, "-s", new]
    product.expect("ada changes her password", first.tries(*words))
    changed = ["-x", "-D", person("ada"), "-w", new, "-b", SUFFIX, "(uid=ada)", "uid"]
    product.expect("it is changed on another member", until(lambda: ask(first, at[2], *changed).returncode == 0))
    plays("run behind the change", False)
    product.expect("a run leaves her password alone", ask(first, at[0], *changed).returncode == 0)

    # What a person added by hand, and who leaves.
    extra = f"dn: uid=eve,ou=people,{SUFFIX}\\nobjectClass: inetOrgPerson\\nuid: eve\\ncn: eve\\nsn: eve\\n"
    socket = "ldapi://%2Fvar%2Flib%2Fldap%2Fldapi"
    third.asks("sh", "-c", f"printf '{extra}' | ldapadd -Q -Y EXTERNAL -H {socket}")
    product.compile(source("ada", "cem"))
    plays("check mode of other operators", True, "--check")
    plays("run with other operators", True)
    for member, address in zip(members, at):
        everybody = lambda address=address: ask(first, address, *changed[:5], "-b", SUFFIX, "(uid=*)", "dn").stdout  # noqa: E731
        held = until(lambda: "uid=cem" in everybody() and "uid=bob" not in everybody() and "uid=eve" not in everybody())
        product.expect(f"{member.name}: who came is there, who left or was added is not", held, everybody())
    group = ask(first, at[1], *changed[:5], "-b", f"cn=operators,ou=groups,{SUFFIX}", "member").stdout
    product.expect("who left is in no group", "uid=cem" in group and "uid=bob" not in group, group)
    plays("run behind it", False)

    # A member whose disk is lost gets everything back, and makes no second tree.
    first.asks("systemctl", "stop", "ldap")
    first.asks("sh", "-c", "rm -rf /var/lib/ldap/directory")
    plays("run with a lost disk", True)
    product.expect("the lost member has ada's password", ask(second, at[0], *changed).returncode == 0)
    entries = "slapcat -f /etc/ldap/directory/slapd.conf | grep '^entryUUID' | sort"
    marks = {member.asks("sh", "-c", entries) for member in members}
    product.expect("all members hold the same entries", len(marks) == 1, marks)
    plays("run behind the loss", False)

    # A new member that cannot ask one of the others makes nothing.
    for member in members:
        member.asks("systemctl", "stop", "ldap")
    first.asks("sh", "-c", "rm -rf /var/lib/ldap/directory/*")
    begin(product, first)
    product.expect("an empty member that hears nobody makes no tree", not first.tries("/usr/local/sbin/ldap-directory", "apply"))
    for member in members[1:]:
        begin(product, member)
    product.expect("when they are back it has it all", until(lambda: ask(second, at[0], *changed).returncode == 0, 60))

    first.asks("sh", "-c", "$(sed -n 's/^17 3 .* root /env /p' /etc/cron.d/ldap-copy)")
    copies = first.asks("sh", "-c", "zcat /var/backups/ldap/*.ldif.gz")
    product.expect("a copy holds everybody", person("ada") in copies and person("cem") in copies)
    product.expect("somebody makes them every day", first.tries("systemctl", "is-active", "--quiet", "cron"))


if __name__ == "__main__":
    serve(main)
