"""A real portal on the loopback: web and worker as processes of their own, on a folder of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from config import Config
from portal import create_app
from portal.db import unit_of_work
from portal.users.services import create_user

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 120
PASSWORD = "correct horse battery"


class Portal:
    """A running portal on a folder of its own."""

    def __init__(self, folder: Path, *, soffice: str = "none") -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "PORTAL_DATA_DIR": str(folder),
            "PORT": str(self.port),
            "BASE_URL": self.address,
            "SOFFICE": soffice,
        }
        self.app = create_app(Config({**self.environment, "SECRET_KEY": ""}))
        self._processes: list[subprocess.Popen[bytes]] = []

    def prepare(self, **people: str) -> None:
        """Make database, index and people: `ana="marketer"` is Ana, who signs in as ana@example.com."""
        self.flask("db", "upgrade")
        self.flask("search", "ensure")
        with self.app.app_context(), unit_of_work():
            for name, role in people.items():
                words = name.replace("_", " ").title()
                email = f"{name.partition('_')[0]}@example.com"
                create_user(email, name=words, role=role, password=PASSWORD)

    def flask(self, *arguments: str) -> str:
        """Run a flask command on this portal and return what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "portal", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start both processes and wait until the web process answers."""
        web = [sys.executable, "-m", "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{self.port}"]
        web += ["--threads", "8", "--log-level", "warning"]
        worker = [sys.executable, "-m", "flask", "--app", "portal", "worker"]
        self._processes = [
            subprocess.Popen(command, cwd=ROOT, env=self.environment) for command in (web, worker)
        ]
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert all(process.poll() is None for process in self._processes), "a process of the portal ended"
            assert time.monotonic() < deadline, "the portal did not start"

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
