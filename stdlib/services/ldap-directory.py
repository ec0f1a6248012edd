#!/usr/bin/python3
"""Makes the people, groups and programs of a directory what is written of them.

usage: ldap-directory check | apply | current | wait
  check    succeeds where the directory is as it is written
  apply    makes it so: adds, changes and removes
  current  succeeds where this member has what each member that answers has
  wait     waits until it does

A member without a tree asks the others before it makes one: where one of them does not answer, there may be a tree.
"""

import json
import pathlib
import sys
import time

import ldap
import ldap.dn
import ldap.sasl

FOLDER = pathlib.Path("/etc/ldap/directory")
SOCKET = "ldapi://%2Fvar%2Flib%2Fldap%2Fldapi"
PATIENCE = 120


def read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


TREE = read("tree.json")
SUFFIX = TREE["suffix"]


def fail(message):
    sys.exit(f"ldap-directory: {message}")


def here():
    """This member, as root."""
    connection = ldap.initialize(SOCKET)
    connection.sasl_interactive_bind_s("", ldap.sasl.external())
    return connection


def there(address):
    """Another member, with the certificate of this one."""
    connection = ldap.initialize(f"ldaps://{address}")
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 5)
    connection.set_option(ldap.OPT_TIMEOUT, 10)
    for option, file in (
        (ldap.OPT_X_TLS_CACERTFILE, "ca.pem"),
        (ldap.OPT_X_TLS_CERTFILE, "cert.pem"),
        (ldap.OPT_X_TLS_KEYFILE, "key.pem"),
    ):
        connection.set_option(option, str(FOLDER / "tls" / file))
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.sasl_interactive_bind_s("", ldap.sasl.external())
    return connection


def entry(connection, name, attributes=None):
    """One entry, or nothing where there is none."""
    try:
        return connection.search_s(name, ldap.SCOPE_BASE, "(objectClass=*)", attributes)[0][1]
    except ldap.NO_SUCH_OBJECT:
        return None


def written(connection):
    """The newest write of each member that a member knows; nothing where it has no tree."""
    found = entry(connection, SUFFIX, ["contextCSN"])
    if found is None:
        return None
    # 20260101000000.000000Z#000000#001#000000: the third part says whose write it is.
    return {mark.split(b"#")[2]: mark for mark in found.get("contextCSN", [])}


def lacks():
    """Why this member has less than another one, or nothing."""
    own = written(here())
    for peer in TREE["peers"]:
        try:
            other = written(there(peer))
        except (ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.CONNECT_ERROR, ldap.UNAVAILABLE):
            continue
        if other and (own is None or any(own.get(who, b"") < mark for who, mark in other.items())):
            return f"{peer} has what this member has not"
    return None


def wait():
    ends = time.monotonic() + PATIENCE
    while why := lacks():
        if time.monotonic() > ends:
            fail(f"{why}, after {PATIENCE} seconds: see `journalctl --unit ldap` here and there")
        time.sleep(1)


def alone():
    """Refuses to begin a tree where another member may have one."""
    for peer in TREE["peers"]:
        try:
            there(peer)
        except ldap.LDAPError as error:
            fail(f"{peer} does not answer, and may have a tree: nothing was made ({error})")


def below(kind, label, name):
    return ldap.dn.dn2str([[(kind, label, 1)]]) + f",{name}"


def folder(name):
    return f"ou={name},{SUFFIX}"


def text(*values):
    return [value.encode("utf-8") for value in values]


def frame():
    """What holds the rest, in the order in which it is made."""
    policy = {
        "objectClass": text("device", "pwdPolicy"),
        "cn": text("default"),
        "pwdAttribute": text("userPassword"),
        "pwdMinLength": text("12"),
        "pwdCheckQuality": text("2"),
        "pwdLockout": text("TRUE"),
        "pwdMaxFailure": text("10"),
        "pwdFailureCountInterval": text("900"),
        "pwdLockoutDuration": text("900"),
        "pwdAllowUserChange": text("TRUE"),
    }
    root = {"objectClass": text("dcObject", "organization"), "dc": text(TREE["component"]), "o": text(TREE["component"])}
    names = ("people", "groups", "programs", "policies")
    folders = {folder(name): {"objectClass": text("organizationalUnit"), "ou": text(name)} for name in names}
    return {SUFFIX: root, **folders, f"cn=default,{folder('policies')}": policy}


def person(name):
    return below("uid", name, folder("people"))


def program(name):
    return below("cn", name, folder("programs"))


def wanted():
    """By folder, the entries that are to be in it, with what is written of them."""
    people = {
        person(one["name"]): {
            "objectClass": text("inetOrgPerson"),
            "uid": text(one["name"]),
            "cn": text(one["display"]),
            "sn": text(one["surname"]),
            "mail": text(one["mail"]),
        }
        for one in TREE["people"]
    }
    programs = {
        program(name): {"objectClass": text("applicationProcess", "simpleSecurityObject"), "cn": text(name)}
        for name in TREE["programs"]
    }
    groups = {
        below("cn", group["name"], folder("groups")): {
            "objectClass": text("groupOfNames"),
            "cn": text(group["name"]),
            "member": text(*map(person, group["members"])),
        }
        for group in TREE["groups"]
    }
    return {"people": people, "programs": programs, "groups": groups}


def same(one, other):
    """Whether two names are those of one entry."""
    return ldap.dn.str2dn(one.lower()) == ldap.dn.str2dn(other.lower())


def found(connection, name):
    """What lies below a folder, the deepest first."""
    try:
        entries = connection.search_s(folder(name), ldap.SCOPE_SUBTREE, "(objectClass=*)", ["*"])
    except ldap.NO_SUCH_OBJECT:
        return {}
    inside = {dn: attributes for dn, attributes in entries if dn and not same(dn, folder(name))}
    return dict(sorted(inside.items(), key=lambda item: -len(ldap.dn.str2dn(item[0]))))


def changes(before, after):
    """The attributes that are written of an entry and are not so."""
    return {name: values for name, values in after.items() if sorted(before.get(name, [])) != sorted(values)}


def is_let_in(name, password):
    """Whether a password lets somebody in."""
    connection = ldap.initialize(SOCKET)
    try:
        connection.simple_bind_s(name, password)
    except ldap.INVALID_CREDENTIALS:
        return False
    return True


def steps(connection):
    """What is to be done, in order: what it is, and a call that does it."""
    for name, attributes in frame().items():
        before = entry(connection, name)
        if before is None:
            yield f"add {name}", lambda name=name, attributes=attributes: add(connection, name, attributes)
        elif changed := changes(before, attributes):
            yield f"change {name}", lambda name=name, changed=changed: change(connection, name, changed)
    there_are = {name: found(connection, name) for name in ("people", "programs", "groups")}
    keys = {program(name): key for name, key in read("keys.json").items()}
    for kind, entries in wanted().items():
        present = {ldap.dn.dn2str(ldap.dn.str2dn(dn.lower())): attributes for dn, attributes in there_are[kind].items()}
        for name, attributes in entries.items():
            before = present.get(ldap.dn.dn2str(ldap.dn.str2dn(name.lower())))
            if before is None:
                first = dict(attributes, userPassword=text(keys[name])) if kind == "programs" else attributes
                yield f"add {name}", lambda name=name, first=first: add(connection, name, first)
            elif changed := changes(before, attributes):
                yield f"change {name}", lambda name=name, changed=changed: change(connection, name, changed)
            if kind == "programs" and before is not None and not is_let_in(name, keys[name]):
                yield f"set the password of {name}", lambda name=name: connection.passwd_s(name, None, keys[name])
    passwords = read("passwords.json")
    for one in TREE["people"]:
        name = person(one["name"])
        # Whoever has one has it from here or has changed it.
        if "userPassword" not in (entry(connection, name, ["userPassword"]) or {}):
            password = passwords[one["name"]]
            yield f"set the password of {name}", lambda name=name, password=password: connection.passwd_s(name, None, password)
    # Groups first: whoever is removed is then in none.
    for kind in ("groups", "people", "programs"):
        for name in there_are[kind]:
            if not any(same(name, other) for other in wanted()[kind]):
                yield f"remove {name}", lambda name=name: connection.delete_s(name)


def add(connection, name, attributes):
    connection.add_s(name, list(attributes.items()))


def change(connection, name, attributes):
    connection.modify_s(name, [(ldap.MOD_REPLACE, attribute, values) for attribute, values in attributes.items()])


def check():
    return next(steps(here()), None) is None and lacks() is None


def apply():
    wait()
    connection = here()
    if written(connection) is None:
        alone()
    for what, do in steps(connection):
        do()
        print(what)


def main():
    words = {"check": check, "apply": apply, "current": lambda: lacks() is None, "wait": wait}
    if len(sys.argv) != 2 or sys.argv[1] not in words:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    try:
        if words[sys.argv[1]]() is False:
            sys.exit(1)
    except ldap.LDAPError as error:
        fail(f"{sys.argv[1]}: {error}")


if __name__ == "__main__":
    main()
