"""Start the portal: migrate, fill the demo into an empty database, then run the web and the worker process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://127.0.0.1:{PORT}"
STOP_SECONDS = 15


def flask(*arguments: str) -> None:
    """Run a flask command in the foreground and end with it when it fails."""
    finished = subprocess.run([BIN / "flask", "--app", "portal", *arguments], cwd=ROOT, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)


def start() -> list[subprocess.Popen[bytes]]:
    """Start both processes, each in a group of its own, so that Ctrl-C reaches them only through us."""
    web = [BIN / "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{PORT}", "--workers", "2"]
    web += ["--threads", "4", "--timeout", "120", "--log-level", "warning", "--graceful-timeout", "10"]
    worker = [BIN / "flask", "--app", "portal", "worker"]
    return [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in (web, worker)]


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask both processes to finish what they do, and end what does not listen."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def is_up() -> bool:
    """Say whether the web process answers."""
    try:
        with urllib.request.urlopen(f"{ADDRESS}/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run until one process ends or somebody stops us."""
    os.environ.setdefault("BASE_URL", ADDRESS)
    signal.signal(signal.SIGTERM, _interrupt)
    if is_up():
        print(
            f"Something already answers at {ADDRESS}. Choose another port: make run PORT=8001",
            file=sys.stderr,
        )
        return 1
    flask("db", "upgrade")
    flask("search", "ensure")
    if not os.environ.get("EMPTY"):
        flask("demo", "load", "--if-empty")
    processes = start()
    try:
        while not is_up():
            if any(process.poll() is not None for process in processes):
                return 1
            time.sleep(0.1)
        flask("demo", "logins")
        print(f"\n  Tandem is running at {ADDRESS}   (Ctrl-C stops it)\n", flush=True)
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        print("A process ended by itself; stopping.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping ...", file=sys.stderr)
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
