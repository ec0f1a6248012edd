"""The image that machines boot from: Debian, the generated playbook of the image, and the cleaning of its Packer template."""

import json
import os
import pathlib
import shutil
import subprocess

from machine import BRIDGES, FLEET, NETWORK, SWITCH, Machine, run
from project import ANSIBLE, inside, key

DEBIAN = FLEET / "debian"
PROXY = BRIDGES["private"].partition("/")[0]
PORT = 3142

# What the images of providers bring along.
INCLUDED = (
    "ca-certificates,cron,dbus,ifupdown,iproute2,iputils-ping,libpam-systemd,netbase,nftables,openssh-server,openssl,"
    "procps,python3,python3-apt,sudo,systemd,systemd-sysv,unattended-upgrades"
)


def debian():
    """The root of a Debian without anything of ours, made once."""
    if not (DEBIAN / "made").exists():
        shutil.rmtree(DEBIAN, ignore_errors=True)
        root = DEBIAN / "root"
        unpacked = FLEET / "packages/debootstrap"
        mirror = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm").split()[0]
        run(
            "sh", unpacked / "usr/sbin/debootstrap", "--variant=minbase", f"--include={INCLUDED}", "bookworm", root, mirror,
            env={**os.environ, "DEBOOTSTRAP_DIR": str(unpacked / "usr/share/debootstrap")},
        )  # fmt: skip
        (DEBIAN / "made").touch()
    root = DEBIAN / "root"
    (root / "etc/apt/apt.conf.d/99fleet").write_text(
        f'Acquire::http::Proxy "http://{PROXY}:{PORT}";\n', encoding="ascii"
    )
    # The clock of the containers is that of this machine: chrony only watches it.
    (root / "etc/default/chrony").write_text('DAEMON_OPTS="-F 1 -x"\n', encoding="ascii")
    # A container's manager does not hear that the last process of a user has ended: it would wait two minutes for that, and who
    # comes in meanwhile would wait with it.
    stays = root / "etc/systemd/logind.conf.d/fleet.conf"
    stays.parent.mkdir(exist_ok=True)
    stays.write_text("[Login]\nUserStopDelaySec=infinity\n", encoding="ascii")
    # For the same reason, none ends by itself when the machine goes down.
    ends = root / "etc/systemd/system/user@.service.d/fleet.conf"
    ends.parent.mkdir(exist_ok=True)
    ends.write_text("[Service]\nTimeoutStopSec=5\n", encoding="ascii")
    # Images have cloud-init; what it does at the first start is done by `first_start`.
    stand_in = root / "usr/local/bin/cloud-init"
    stand_in.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    stand_in.chmod(0o755)
    wireguard = root / "usr/local/bin/wireguard-go"
    shutil.copy(FLEET / "bin/wireguard", wireguard)
    return root


def bake():
    """Bakes acme's image; gives the layers of its root, the upper first."""
    machine = Machine("fleet-image", [debian()], {"private": f"{NETWORK}.15.1/20"})
    machine.mount()
    # Who logs in to bake it, as cloud-init leaves them.
    account(machine.root, "admin", key("admin").with_suffix(".pub").read_text(encoding="ascii"))
    machine.boot()
    try:
        done = inside("bake", ANSIBLE / "playbooks/images/base.yml", machine)
        if done.status != 0:
            raise SystemExit(f"the image could not be baked: see {FLEET / 'log/bake.log'}")
        template = json.loads((ANSIBLE.parent / "packer/base/hetzner/image.pkr.json").read_text(encoding="utf-8"))
        shells = [step["shell"]["inline"] for step in template["build"]["provisioner"] if "shell" in step]
        machine.asks("sh", "-ec", "\n".join(shells[-1]))
    finally:
        machine.stop()
    baked = FLEET / "baked"
    shutil.rmtree(baked, ignore_errors=True)
    machine.upper.rename(baked)
    machine.remove()
    return [baked, DEBIAN / "root"]


def first_start(root, operators):
    """What cloud-init does at the first start with the user data of acme's machines."""
    run("chroot", root, "ssh-keygen", "-A")
    run("chroot", root, "systemd-machine-id-setup")
    for name, public in operators.items():
        account(root, name, public, "ssh-users")


def account(root, name, public, *groups):
    """An account with a key and the right to become root, in the file that cloud-init keeps."""
    for group in groups:
        run("chroot", root, "groupadd", "--force", group)
    run("chroot", root, "useradd", "--create-home", "--shell", "/bin/bash", "--groups", ",".join(groups), name)
    sudoers = pathlib.Path(root, "etc/sudoers.d/90-cloud-init-users")
    before = sudoers.read_text(encoding="ascii") if sudoers.exists() else ""
    sudoers.write_text(f"{before}{name} ALL=(ALL) NOPASSWD:ALL\n", encoding="ascii")
    sudoers.chmod(0o440)
    home = pathlib.Path(root, "home", name, ".ssh")
    home.mkdir(mode=0o700)
    (home / "authorized_keys").write_text(public, encoding="ascii")
    run("chroot", root, "chown", "--recursive", f"{name}:{name}", f"/home/{name}/.ssh")


def serve_packages():
    """Starts the proxy for packages; gives the process."""
    here = pathlib.Path(__file__).resolve().parent
    folder = FLEET / "proxy"
    folder.mkdir(exist_ok=True)
    (folder / "requests").write_text("", encoding="ascii")
    return subprocess.Popen(["python3", here / "packages.py", folder, f"/run/netns/{SWITCH}", PROXY, str(PORT)])


def requests():
    """How many files of packages the machines have asked for so far."""
    return len((FLEET / "proxy/requests").read_text(encoding="utf-8").splitlines())
