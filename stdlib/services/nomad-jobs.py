#!/usr/bin/python3
"""Makes the jobs of a cluster of Nomad what is written of them.

usage: nomad-jobs check | apply
  check  succeeds where the cluster has what is written, and nothing else that came from here
  apply  makes it so: registers, changes and stops, and waits until what is new runs where there is a worker

What others have registered is left alone. NOMAD_TOKEN holds a token that may submit jobs and read nodes.
"""

import json
import os
import pathlib
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

WRITTEN = pathlib.Path("/etc/nomad-jobs/jobs.json")
AUTHORITY = "/etc/nomad.d/tls/ca.pem"
SERVER = "https://localhost:4646"
# By this a job is known to come from here.
MARK = "infrac"
PATIENCE = 300


def fail(message):
    sys.exit(f"nomad-jobs: {message}")


def ask(path, body=None, method=None):
    """What the API answers, or nothing where there is no such thing."""
    request = urllib.request.Request(
        SERVER + path,
        data=None if body is None else json.dumps(body).encode("utf-8"),
        headers={"X-Nomad-Token": os.environ["NOMAD_TOKEN"]},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30, context=ssl.create_default_context(cafile=AUTHORITY)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        fail(f"{path}: {error.code} {error.read().decode('utf-8', 'replace').strip()}")
    except (urllib.error.URLError, TimeoutError) as error:
        fail(f"{path}: {error}")


def of(name):
    return "/v1/job/" + urllib.parse.quote(name, safe="")


def specification(job, datacenter):
    """A job as the API takes it."""
    kind = job["kind"]
    ports = job["ports"]
    command = job["run"]
    if job["image"]:
        driver, config = "docker", {"image": job["image"], "args": command, "network_mode": "host"}
    else:
        driver, config = "exec", {"command": command[0], "args": command[1:]}
    task = {
        "Name": job["name"],
        "Driver": driver,
        "Config": config,
        "Env": job["environment"],
        "Resources": {"CPU": job["cpu"], "MemoryMB": job["memory"]},
    }
    group = {"Name": job["name"], "Count": job["copies"], "Tasks": [task]}
    if ports:
        group["Networks"] = [{
            "Mode": "host",
            "ReservedPorts": [{"Label": port["name"], "Value": port["number"], "HostNetwork": "private"} for port in ports],
        }]  # fmt: skip
        group["Services"] = [{"Name": job["name"], "PortLabel": ports[0]["name"], "Provider": "nomad"}]
    if job["health"]:
        group["Services"][0]["Checks"] = [{
            "Name": "health", "Type": "http", "Path": job["health"], "Interval": 10_000_000_000, "Timeout": 3_000_000_000,
        }]  # fmt: skip
    made = {
        "ID": job["name"],
        "Name": job["name"],
        "Type": "batch" if kind == "periodic" else kind,
        "Datacenters": [datacenter],
        "TaskGroups": [group],
        "Meta": {MARK: "yes"},
    }
    if kind == "service":
        # A new version that does not become well is taken back.
        made["Update"] = {"MaxParallel": 1, "AutoRevert": True, "MinHealthyTime": 5_000_000_000}
    if kind == "periodic":
        made["Periodic"] = {"Enabled": True, "SpecType": "cron", "Spec": job["schedule"], "ProhibitOverlap": True, "TimeZone": "UTC"}
    return made


def wanted():
    written = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return {job["name"]: specification(job, written["datacenter"]) for job in written["jobs"]}


def differs(job):
    """Whether the cluster has something else under this name, or nothing."""
    found = ask(of(job["ID"]))
    if found is None or found["Stop"]:
        return True
    plan = ask(of(job["ID"]) + "/plan", {"Job": job, "Diff": True}, "POST")
    return plan["Diff"]["Type"] != "None"


def leftovers(names):
    """What came from here and is not written any more; what a periodic job has started belongs to it."""
    for stub in ask("/v1/jobs?meta=true") or []:
        ours = (stub.get("Meta") or {}).get(MARK)
        if ours and not stub["ParentID"] and not stub["Stop"] and stub["ID"] not in names:
            yield stub["ID"]


def workers():
    return [node for node in ask("/v1/nodes") or [] if node["Status"] == "ready" and node["SchedulingEligibility"] == "eligible"]


def settle(name, version):
    """Waits until a version of a service runs everywhere that it should."""
    ends = time.monotonic() + PATIENCE
    said = "it has not begun"
    while time.monotonic() < ends:
        deployment = ask(of(name) + "/deployment")
        if deployment and deployment["JobVersion"] >= version:
            said = f"{deployment['Status']}: {deployment['StatusDescription']}"
            if deployment["Status"] == "successful":
                return
            if deployment["Status"] in ("failed", "cancelled"):
                break
        time.sleep(2)
    fail(f"{name} does not run ({said}): see `nomad job status {name}`")


def check():
    jobs = wanted()
    return not any(differs(job) for job in jobs.values()) and next(leftovers(jobs), None) is None


def apply():
    jobs = wanted()
    for name in list(leftovers(jobs)):
        ask(of(name), method="DELETE")
        print(f"stop {name}")
    changed = [name for name, job in jobs.items() if differs(job)]
    for name in changed:
        ask("/v1/jobs", {"Job": jobs[name]}, "POST")
        print(f"register {name}")
    if not workers():
        print("there is no worker yet: what is registered waits for one")
        return
    for name in changed:
        if jobs[name]["Type"] == "service":
            settle(name, ask(of(name))["Version"])


def main():
    words = {"check": check, "apply": apply}
    if len(sys.argv) != 2 or sys.argv[1] not in words:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    if words[sys.argv[1]]() is False:
        sys.exit(1)


if __name__ == "__main__":
    main()
