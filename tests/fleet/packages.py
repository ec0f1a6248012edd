"""A proxy for the packages of Debian: it listens where the machines are and fetches, once, where this machine is.

usage: packages.py FOLDER NAMESPACE ADDRESS PORT
"""

import ctypes
import hashlib
import http.server
import pathlib
import socket
import sys
import urllib.error
import urllib.request

FOLDER = pathlib.Path(sys.argv[1])


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kept = FOLDER / hashlib.sha256(self.path.encode()).hexdigest()
        with open(FOLDER / "requests", "a", encoding="utf-8") as requests:
            requests.write(self.path + "\n")
        if not kept.exists():
            try:
                with urllib.request.urlopen(self.path, timeout=120) as answer:
                    body = answer.read()
            except urllib.error.HTTPError as error:
                return self.answer(error.code, b"")
            # Lists change; what has a version in its name does not.
            if not self.path.endswith(".deb"):
                return self.answer(200, body)
            new = kept.with_suffix(".new")
            new.write_bytes(body)
            new.rename(kept)
        return self.answer(200, kept.read_bytes())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def listening(namespace, address, port):
    """A socket of another network namespace: it stays there though its process comes back."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(file):
        if libc.setns(file.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {file.name}")

    with open("/proc/self/ns/net", "rb") as here, open(namespace, "rb") as there:
        enter(there)
        try:
            return socket.create_server((address, port))
        finally:
            enter(here)


def main():
    server = Server(("", 0), Proxy, bind_and_activate=False)
    server.socket.close()
    server.socket = listening(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    server.serve_forever()


if __name__ == "__main__":
    main()
