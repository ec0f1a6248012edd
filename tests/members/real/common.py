"""Machines in folders: generated files with their paths moved there, and processes that end with the run."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import jinja2

ROLES = Path(__file__).parents[3] / "snapshots/inventory/ansible/roles"
TEMPLATES = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
TEMPLATES.filters["to_json"] = lambda value, ensure_ascii=True: json.dumps(value, ensure_ascii=ensure_ascii)


class Machine:
    """A machine in a folder."""

    def __init__(self, folder, paths, environment):
        self.folder = folder
        self.paths = paths
        self.environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", **environment}
        self.process = None
        (folder / "bin").mkdir(parents=True)

    def moved(self, text):
        for path in self.paths:
            text = text.replace(path, f"{self.folder}{path}")
        return text

    def path(self, name):
        path = Path(f"{self.folder}{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.write_text(text)
        path.chmod(mode)

    def template(self, role, name, path, **variables):
        text = (ROLES / role / "templates" / f"{name}.j2").read_text()
        self.write(path, self.moved(TEMPLATES.from_string(text).render(**variables)), 0o600)

    def script(self, role, name, change=lambda text: text):
        self.write(f"/bin/{name}", change(self.moved((ROLES / role / "files" / name).read_text())), 0o755)

    def start(self, *command):
        log = open(self.path("/log"), "a", encoding="utf-8")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def kill(self):
        """Ends it at once, as a machine that is gone."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None

    def wipe(self):
        self.kill()
        shutil.rmtree(self.folder)

    def run(self, *command, shell="sh", check=True):
        name = self.folder / "bin" / command[0]
        done = subprocess.run([*shell.split(), name, *command[1:]], env=self.environment, capture_output=True, text=True)
        print(f"  {self.folder.name}: {' '.join(command)[:80]}: {done.returncode} {done.stdout}{done.stderr}".rstrip(), flush=True)
        if check:
            assert done.returncode == 0
        return done


def patiently(question, seconds=90):
    """Waits until a question is answered with something true."""
    end = time.time() + seconds
    while True:
        try:
            answer = question()
        except (subprocess.CalledProcessError, json.JSONDecodeError, OSError):
            answer = None
        if answer:
            return answer
        assert time.time() < end, "nothing came of it"
        time.sleep(1)


def workplace():
    return Path(tempfile.mkdtemp(prefix="members-"))
