"""Three members of OpenBao: a cluster is made once, and whoever is rebuilt joins it."""

import json
import os
import shutil
import subprocess
import time

from common import Machine, patiently, workplace

ADDRESSES = ["127.0.0.11", "127.0.0.12", "127.0.0.13"]
PASSWORD = 'pass"wörd'
WORK = workplace()
# The members compare what they are told of their audit logs, so that here all have one path.
PATHS = ["/etc/vault.d", "/etc/openbao", "/var/lib/vault"]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)


EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def member(number):
    address = ADDRESSES[number]
    machine = Machine(WORK / f"member-{number}", PATHS, {"OPERATOR_PASSWORD": PASSWORD})
    folder = machine.folder
    tls = machine.path("/etc/vault.d/tls/ca.pem").parent
    machine.path("/var/lib/vault/x").write_text("")
    shutil.copy(WORK / "ca.pem", tls / "ca.pem")
    (WORK / "ext").write_text(f"subjectAltName=IP:{address},DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
    openssl("req", *EC, "-keyout", f"{tls}/key.pem", "-out", f"{WORK}/csr", "-subj", "/CN=vault")
    openssl("x509", "-req", "-in", f"{WORK}/csr", "-CA", f"{WORK}/ca.pem", "-CAkey", f"{WORK}/ca.key", "-CAcreateserial",
            "-out", f"{tls}/cert.pem", "-days", "2", "-extfile", f"{WORK}/ext")
    values = {
        "vault_address": address,
        "vault_node": f"node-{number}",
        "vault_members": ADDRESSES,
        "vault_peers": [f"https://{peer}:8200" for peer in ADDRESSES if peer != address],
        "vault_seal_settings": {"current_key_id": "test-1", "current_key": "file:///etc/vault.d/seal.key"},
    }
    machine.template("vault", "vault.json", "/etc/vault.d/vault.json", **values)
    machine.template("vault", "seal.json", "/etc/vault.d/seal.json", **values)
    machine.template("vault", "members.json", "/etc/openbao/members.json", **values)
    machine.template("vault", "initialize.json", "/etc/openbao/initialize.json", **values)
    machine.write("/etc/vault.d/seal.key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    # All members are on one machine: only one of them could listen on its loopback.
    settings = machine.path("/etc/vault.d/vault.json")
    content = json.loads(settings.read_text())
    content["listener"] = content["listener"][:1]
    settings.write_text(json.dumps(content))
    seal = machine.path("/etc/vault.d/seal.json")
    seal.write_text(seal.read_text().replace("/var/log/vault", f"{WORK}/log"))
    machine.script("vault", "openbao-cluster")
    machine.write("/bin/chgrp", "#!/bin/sh\n", 0o755)
    machine.write("/bin/systemctl", f"#!/bin/sh\ntouch {folder}/restart\nkill -INT $(cat {folder}/pid)\n"
                  f"while [ -e {folder}/restart ]; do sleep 0.2; done\n", 0o755)
    machine.write("/bin/supervise", f"#!/bin/sh\nwhile :; do\n  bao server -config={folder}/etc/vault.d &\n"
                  f"  echo $! > {folder}/pid\n  rm -f {folder}/restart\n  wait $!\n  sleep 0.3\ndone\n", 0o755)
    machine.start(folder / "bin/supervise")
    patiently(lambda: (folder / "pid").exists())
    time.sleep(2)
    return machine



def bao(number, *arguments, token=""):
    environment = {**os.environ, "BAO_ADDR": f"https://{ADDRESSES[number]}:8200", "BAO_CACERT": f"{WORK}/ca.pem", "BAO_TOKEN": token}
    return subprocess.run(["bao", *arguments], env=environment, capture_output=True, text=True, check=True).stdout


def token(number):
    return patiently(lambda: bao(number, "write", "-field=token", "auth/userpass/login/operator", f"password={PASSWORD}").strip())


def voters(number):
    listed = json.loads(bao(number, "operator", "raft", "list-peers", "-format=json", token=token(number)))
    return sorted(server["node_id"] for server in listed["data"]["config"]["servers"] if server["voter"])


def main():
    (WORK / "log").mkdir()
    openssl("req", "-x509", *EC, "-keyout", f"{WORK}/ca.key", "-out", f"{WORK}/ca.pem", "-days", "2", "-subj", "/CN=authority")
    members = []
    try:
        print("A cluster is made when all members are there, and not before.")
        for number in range(2):
            members.append(member(number))
            members[number].run("openbao-cluster", "joined")
        assert members[0].run("openbao-cluster", "create", check=False).returncode != 0
        members.append(member(2))
        members[0].run("openbao-cluster", "absent")
        members[0].run("openbao-cluster", "create", shell="dash")
        members[0].run("openbao-cluster", "wait")
        assert not members[0].path("/etc/vault.d/initialize.json").exists()
        bao(0, "kv", "put", "-mount=kv", "a", "b=c", token=token(0))
        everybody = [f"node-{number}" for number in range(3)]
        patiently(lambda: voters(0) == everybody)

        for number in (0, 1):
            print(f"Member {number} is rebuilt: it joins.")
            members[number].wipe()
            members[number] = member(number)
            members[number].run("openbao-cluster", "join", shell="busybox sh")
            members[number].run("openbao-cluster", "exists")
            assert patiently(lambda: bao(number, "kv", "get", "-mount=kv", "-field=b", "a", token=token(number))).strip() == "c"
            patiently(lambda: voters(number) == everybody)

        print("Member 0 is rebuilt while the others are away: nothing is made, and it joins when they are back.")
        for gone in members:
            gone.kill()
        members[0].wipe()
        members[0] = member(0)
        refused = members[0].run("openbao-cluster", "create", check=False)
        assert refused.returncode != 0 and "silent" in refused.stderr
        for back in members[1:]:
            back.start(back.folder / "bin/supervise")
        members[0].run("openbao-cluster", "wait")
        assert patiently(lambda: bao(0, "kv", "get", "-mount=kv", "-field=b", "a", token=token(0))).strip() == "c"

        print("The audit log is opened again after a HUP, as its rotation asks for.")
        log = WORK / "log/audit.log"
        log.rename(WORK / "log/audit.log.1")
        for running in members:
            os.kill(int((running.folder / "pid").read_text()), 1)
        patiently(lambda: token(0) and log.exists() and log.stat().st_size)
    finally:
        for running in members:
            running.kill()
    shutil.rmtree(WORK)
    print("OpenBao: done")


if __name__ == "__main__":
    main()
