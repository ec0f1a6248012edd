#!/usr/bin/env python3
"""Takes the place of the administration interfaces of a few members of Garage, each below its address: /10.0.0.1/v2/...

The members are in `members.json` of the folder that is its argument: by address the node and whether it answers, the layout with its
versions, keys and buckets. It keeps to what the interface of Garage 2.5 does with a layout: a change is staged, applied as the next
version, and the version before is left when every node of both has taken note of it, dead ones too.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

COPIES = 3
FOLDER = Path(sys.argv[1])
FILE = FOLDER / "members.json"


class Handler(BaseHTTPRequestHandler):
    """One question."""

    def do_GET(self):
        self.answer({})

    def do_POST(self):
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body):
        url = urlsplit(self.path)
        address, call = url.path.split("/")[1], url.path.rsplit("/", 1)[-1]
        state = json.loads(FILE.read_text())
        asked = state["members"][address]
        # Nothing is said: the connection ends.
        if not asked["up"]:
            return
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        code, answer = respond(state, asked, call, query, body)
        settle(state)
        FILE.write_text(json.dumps(state))
        text = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Nobody reads it."""


def live(state):
    return {member["id"] for member in state["members"].values() if member["up"] and member["id"]}


def layout_of(state, asked):
    """A member that nobody has spoken to knows no layout."""
    return state["layout"] if asked["joined"] else {"version": 0, "roles": []}


def respond(state, asked, call, query, body):
    layout = layout_of(state, asked)
    if call == "GetNodeInfo":
        return 200, {"success": {asked["id"]: {"nodeId": asked["id"]}}, "error": {}}
    if call == "GetClusterLayout":
        return 200, {**layout, "stagedRoleChanges": state["staged"]}
    if call == "GetClusterStatus":
        up = live(state)
        known = {role["id"] for role in layout["roles"]} | set(state["draining"]) | up
        return 200, {"nodes": [{"id": node, "isUp": node in up} for node in sorted(known)]}
    if call == "GetClusterLayoutHistory":
        versions = [{"version": layout["version"], "status": "Current"}]
        trackers = None
        if state["draining"]:
            versions.append({"version": layout["version"] - 1, "status": "Draining"})
            trackers = {node: {"ack": ack, "sync": 0, "syncAck": 0} for node, ack in state["draining"].items()}
        return 200, {"currentVersion": layout["version"], "minAck": 0, "versions": versions, "updateTrackers": trackers}
    if call == "ConnectClusterNodes":
        for peer in body:
            node, address = peer.split("@")
            member = state["members"][address.split(":")[0]]
            assert member["id"] == node
            member["joined"] = True
        asked["joined"] = True
        return 200, [{"success": True} for _ in body]
    if call == "RevertClusterLayout":
        state["staged"] = []
        return 200, {}
    if call == "UpdateClusterLayout":
        state["staged"] += body["roles"]
        return 200, {}
    if call == "ApplyClusterLayout":
        if body["version"] != layout["version"] + 1 or not asked["joined"]:
            return 400, {"message": "Invalid new layout version"}
        roles = {role["id"]: role for role in layout["roles"]}
        before = set(roles)
        for change in state["staged"]:
            if change.get("remove"):
                roles.pop(change["id"], None)
            else:
                roles[change["id"]] = {**change, "storedPartitions": 256}
        if len(roles) < min(COPIES, len(state["members"])):
            return 500, {"message": "The number of nodes with positive capacity is smaller than the replication factor"}
        state["staged"] = []
        state["layout"] = {"version": body["version"], "roles": sorted(roles.values(), key=lambda role: role["id"])}
        if before:
            state["draining"] = {node: layout["version"] for node in before | set(roles)}
        return 200, {}
    if call == "ClusterLayoutSkipDeadNodes":
        for node in state["draining"]:
            if body["allowMissingData"] or node not in live(state):
                state["draining"][node] = body["version"]
        state["skipped"].append(body["allowMissingData"])
        return 200, {}
    if call == "health":
        held = [role["id"] in live(state) for role in layout["roles"]]
        return (200 if sum(held) * 2 > len(held) else 503), {}
    if call == "GetKeyInfo":
        if state["broken"]:
            return 503, {"message": "Could not reach quorum of 2. 1 of 3 request succeeded"}
        key = state["keys"].get(query["id"])
        shown = {"secretAccessKey": key["secret"]} if key and query.get("showSecretKey") == "true" else {}
        return (200, {"accessKeyId": query["id"], **shown}) if key else (404, {"code": "NoSuchAccessKey"})
    if call == "ImportKey":
        if body["accessKeyId"] in state["keys"]:
            return 409, {"code": "KeyAlreadyExists"}
        state["keys"][body["accessKeyId"]] = {"name": body["name"], "secret": body["secretAccessKey"]}
        return 200, {}
    if call == "ListBuckets":
        return 200, [{"id": bucket, "globalAliases": [bucket]} for bucket in state["buckets"]]
    if call == "CreateBucket":
        state["buckets"][body["globalAlias"]] = {"keys": [], "rules": []}
        return 200, {"id": body["globalAlias"]}
    if call == "GetBucketInfo":
        bucket = state["buckets"][query["id"]]
        may = {"read": True, "write": True, "owner": False}
        keys = [{"accessKeyId": key, "name": state["keys"][key]["name"], "permissions": may} for key in bucket["keys"]]
        # Where there are no rules, nothing is said of them.
        return 200, {"keys": keys, **({"lifecycleRules": bucket["rules"]} if bucket["rules"] else {})}
    if call == "AllowBucketKey":
        state["buckets"][body["bucketId"]]["keys"].append(body["accessKeyId"])
        return 200, {}
    if call == "DenyBucketKey":
        state["buckets"][body["bucketId"]]["keys"].remove(body["accessKeyId"])
        return 200, {}
    if call == "UpdateBucket":
        state["buckets"][query["id"]]["rules"] = body["lifecycleRules"]
        return 200, {}
    return 404, {"message": f"no such call: {call}"}


def settle(state):
    """A member that is there takes note at once; the older version is left when all have."""
    if state.get("slow"):
        return
    for node in state["draining"]:
        if node in live(state):
            state["draining"][node] = state["layout"]["version"]
    if all(ack >= state["layout"]["version"] for ack in state["draining"].values()):
        state["draining"] = {}


server = HTTPServer(("127.0.0.1", 0), Handler)
(FOLDER / "port.new").write_text(str(server.server_port))
(FOLDER / "port.new").rename(FOLDER / "port")
server.serve_forever()
