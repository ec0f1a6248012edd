"""Machines: a root as an overlay, booted by systemd-nspawn in a network namespace of its own, all on two bridges."""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
FLEET = pathlib.Path(os.environ["FLEET"])
NSPAWN = FLEET / "packages/systemd-container/usr/bin/systemd-nspawn"

# What the namespaces of this folder are called by: another folder on this machine may have a fleet of its own at the same time.
OURS = f"fleet-{hashlib.sha256(str(FLEET.resolve()).encode()).hexdigest()[:6]}"
# The namespace with the bridges; whoever operates the machines stands in it.
SWITCH = f"{OURS}-switch"
# Where the kernel has its groups of processes in their first version, each kind is a tree of its own.
GROUPS = pathlib.Path("/sys/fs/cgroup")
# The environment that is run, and the first half of the addresses of its machines.
ENVIRONMENT = os.environ.get("FLEET_ENVIRONMENT", "staging")
NETWORK = {"staging": "10.100", "prod": "10.20"}[ENVIRONMENT]
# What the operator's side has on each bridge.
BRIDGES = {"public": "198.51.100.1/24", "private": f"{NETWORK}.0.1/20"}


def run(*words, **options):
    """Runs a command that has to succeed and gives what it prints."""
    return subprocess.run(
        [str(word) for word in words], check=True, text=True, stdout=subprocess.PIPE, **options
    ).stdout


def quietly(*words):
    """Runs a command whose failure means that there was nothing to do."""
    return (
        subprocess.run([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        == 0
    )


def in_switch(*words):
    """A command in the namespace of the operator."""
    return ["nsenter", f"--net=/run/netns/{SWITCH}", *map(str, words)]


def make_switch():
    remove_switch()
    run("ip", "netns", "add", SWITCH)
    run("ip", "-n", SWITCH, "link", "set", "lo", "up")
    for bridge, address in BRIDGES.items():
        run("ip", "-n", SWITCH, "link", "add", bridge, "type", "bridge")
        run("ip", "-n", SWITCH, "address", "add", address, "dev", bridge)
        run("ip", "-n", SWITCH, "link", "set", bridge, "up")


def remove_switch():
    quietly("ip", "netns", "delete", SWITCH)


def kinds():
    """The kinds of groups that are trees of their own, with the folder of the group that this process is in."""
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, kind, group = line.split(":", 2)
        # Neither the tree of the second version, which a machine has anyway, nor one that governs nothing.
        if kind and not kind.startswith("name="):
            yield kind, GROUPS / kind / group.lstrip("/")


class Adopted:
    """A process that another run has started: like `subprocess.Popen`, as far as a machine needs it."""

    def __init__(self, pid):
        self.pid, self.began = pid, began(pid)

    def poll(self):
        return None if self.began and began(self.pid) == self.began else 0

    def wait(self, timeout=None):
        ends = time.monotonic() + (timeout or 60)
        while self.poll() is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.1)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


def began(pid):
    """When a container's program was started, since numbers of processes come again; nothing where there is none."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")
    except FileNotFoundError:
        return None
    rest = fields[2].split()
    return rest[19] if "(systemd-nspawn" in fields[0] and rest[0] != "Z" else None


class Machine:
    """A machine with the name of a host of the inventory and an address on some of the bridges.

    One that `governs` has groups of its own of each kind, and may make more of them, and its programs have rings of keys:
    whoever keeps programs apart needs both.
    """

    def __init__(self, name, lower, addresses, rights="CAP_NET_ADMIN,CAP_SYS_TIME", governs=False):
        self.name, self.lower, self.addresses, self.rights, self.governs = name, lower, addresses, rights, governs
        self.folder = FLEET / "machines" / name
        self.root = self.folder / "root"
        self.upper = self.folder / "upper"
        self.groups = {kind: folder / f"{OURS}-{name}" for kind, folder in kinds()} if governs else {}
        self.process = None

    def mount(self):
        """Lays a new, empty layer over the image."""
        self.remove()
        for folder in (self.root, self.upper, self.folder / "work"):
            folder.mkdir(parents=True)
        self.overlay()
        (self.root / "etc/hostname").write_text(self.name + "\n")
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {self.name}\n")

    def overlay(self):
        """Lays what the machine has written over the image."""
        layers = ":".join(map(str, self.lower))
        options = f"lowerdir={layers},upperdir={self.upper},workdir={self.folder / 'work'}"
        run("mount", "-t", "overlay", "overlay", "-o", options, self.root)

    def restart(self):
        """Shuts the machine down and starts it again with what it has written."""
        self.stop()
        self.overlay()
        self.boot()

    def plug(self):
        namespace = f"{OURS}-{self.name}"
        quietly("ip", "netns", "delete", namespace)
        run("ip", "netns", "add", namespace)
        run("ip", "-n", namespace, "link", "set", "lo", "up")
        for number, (bridge, address) in enumerate(self.addresses.items()):
            outside, inside = f"{self.name[-10:]}-{number}".lstrip("-"), f"eth{number}"
            run(
                "ip", "-n", SWITCH, "link", "add", outside, "type", "veth", "peer", "name", inside, "netns", namespace
            )
            run("ip", "-n", SWITCH, "link", "set", outside, "master", bridge, "up")
            run("ip", "-n", namespace, "address", "add", address, "dev", inside)
            run("ip", "-n", namespace, "link", "set", inside, "up")

    def boot(self):
        """Starts the machine and waits until its own manager says that it is up."""
        self.plug()
        log = open(FLEET / "log" / f"{self.name}.boot", "w", encoding="utf-8")
        # `-x`: the clock of this machine stays its own, though the containers may hold the right to set it.
        self.process = subprocess.Popen(
            [
                *self.grouped(), NSPAWN, "--quiet", "--boot", "--register=no", "--keep-unit", f"--directory={self.root}",
                f"--machine={self.name}", f"--hostname={self.name}", f"--network-namespace-path=/run/netns/{OURS}-{self.name}",
                f"--capability={self.rights}", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                "--console=pipe", "--bind=/dev/net/tun", *(["--system-call-filter=@keyring"] if self.governs else []),
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
            env={**os.environ, "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"},
        )  # fmt: skip
        for _ in range(120):
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} did not boot: see {log.name}")
            if self.leader() and self.tries("systemctl", "is-active", "--quiet", "multi-user.target"):
                for kind in self.groups:
                    # The container gets them for reading only, which only somebody outside can change.
                    self.asks("mount", "-o", "remount,bind,rw", f"/sys/fs/cgroup/{kind}")
                return
            time.sleep(0.5)
        raise SystemExit(f"{self.name} is not up after a minute: see {log.name}")

    def grouped(self):
        """Makes the groups of the machine; gives what begins a command that is to run in them."""
        for folder in self.groups.values():
            folder.mkdir(exist_ok=True)
            for own in ("cpuset.cpus", "cpuset.mems"):
                # Nothing runs in a group that has no processor.
                if (folder / own).exists():
                    (folder / own).write_text((folder.parent / own).read_text(encoding="ascii"), encoding="ascii")
        into = [f"echo 0 > {folder}/cgroup.procs" for folder in self.groups.values()]
        return ["sh", "-ec", "; ".join([*into, 'exec "$0" "$@"'])] if into else []

    def ungroup(self):
        """Takes the groups away, those first that lie in others; a process that ends leaves its group a moment later."""
        for folder in self.groups.values():
            for inner in sorted(folder.rglob("*/"), reverse=True) + [folder]:
                for _ in range(50):
                    if quietly("rmdir", inner) or not inner.exists():
                        break
                    time.sleep(0.1)

    def leader(self):
        """The first process of the container."""
        pid = self.process.pid if self.process else 0
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        found = children.read_text(encoding="ascii").split() if children.exists() else []
        return found[0] if found else None

    def inside(self, *words):
        """A command in the machine."""
        return [HERE / "enter", f"/proc/{self.leader()}/root", *words]

    def asks(self, *words):
        """Runs a command in the machine that has to succeed."""
        return run(*self.inside(*words))

    def tries(self, *words):
        """Whether a command in the machine succeeds."""
        return quietly(*self.inside(*words))

    def stop(self):
        """Shuts the machine down and keeps what it has written."""
        if self.process and self.process.poll() is None:
            leader = self.leader()
            if leader:
                os.kill(int(leader), signal.SIGRTMIN + 3)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        self.ungroup()
        quietly("ip", "netns", "delete", f"{OURS}-{self.name}")
        quietly("umount", self.root)
        quietly("umount", f"/run/systemd/nspawn/propagate/{self.name}")

    def kill(self):
        """Ends the machine at once, as a loss of its power does."""
        leader = self.leader()
        if leader:
            os.kill(int(leader), signal.SIGKILL)
            self.process.wait(60)

    def remove(self):
        """Stops the machine and forgets it."""
        self.stop()
        if self.folder.exists():
            shutil.rmtree(self.folder)
