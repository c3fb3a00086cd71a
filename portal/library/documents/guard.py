"""Run one function in a process of its own, with limits, so that a hostile file can only end that process."""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from portal.library.documents.problems import Unreadable

T = TypeVar("T")

MEGABYTE = 1 << 20
GIGABYTE = 1 << 30

TOOK_TOO_LONG = "took too long"
TOO_MUCH_MEMORY = "needed too much memory"
CRASHED = "could not be read: the reader crashed on it"

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TIME_SIGNALS = (signal.SIGXCPU, signal.SIGALRM)

# Loaded once into the server that the processes are forked from. Third-party names stand here beside our own
# modules because the server finds our own only when it is started from the project's folder.
_preloaded = [
    "portal.library.documents.server",
    "encodings.cp437",
    "encodings.utf_16_le",
    "lxml.etree",
    "mammoth",
    "nh3",
    "openpyxl",
    "PIL.Image",
    "pypdfium2",
    "portal.library.documents.extract",
    "portal.library.documents.preview",
    "portal.richtext",
]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_preloaded)
_bookkeeping = threading.Lock()


class GuardTripped(Exception):
    """A guarded function ended without an answer; `reason` says why in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What one guarded process may use: seconds, and bytes beyond what its libraries already map."""

    wall_seconds: float
    cpu_seconds: int
    memory_bytes: int
    file_bytes: int


def preload(module: str) -> None:
    """Have the server load one more module, which then costs no guarded process its time; before the first is run."""
    _preloaded.append(module)
    _context.set_forkserver_preload(_preloaded)


def run_guarded(
    function: Callable[..., T],
    *args: Any,
    wall_seconds: float = 30.0,
    cpu_seconds: int = 20,
    memory_bytes: int = GIGABYTE,
    file_bytes: int = 200 * MEGABYTE,
) -> T:
    """Return function(*args) as computed in a limited process, or raise GuardTripped, so that no file can harm ours.

    The function is found again by its import path and the answer is pickled, so both must be importable and plain.
    """
    limits = Limits(wall_seconds, cpu_seconds, memory_bytes, file_bytes)
    receiver, sender = _context.Pipe(duplex=False)
    process = _context.Process(target=_work, args=(sender, function, args, limits), daemon=True)
    with receiver:
        with sender:
            _start(process)
        try:
            outcome = _outcome(receiver, process, wall_seconds)
        finally:
            exit_code = _end(process)
    if outcome is None:
        raise GuardTripped(_reason_of_death(exit_code))
    succeeded, answer = outcome
    if not succeeded:
        raise GuardTripped(str(answer))
    return answer


def _start(process: Any) -> None:
    # Left to the server's start, it would let through again the signals that are held back here.
    resource_tracker.ensure_running()
    with _bookkeeping, _without_main(), _without_stop_signals():
        try:
            process.start()
        except (ChildProcessError, ConnectionError, EOFError):
            # The server is not our child (it came over a fork, or somebody waited for all children of this process),
            # or it was killed a moment ago.
            _forget_server()
            process.start()


@contextmanager
def _without_stop_signals() -> Iterator[None]:
    """Hold back what stops a whole group of processes from the server, which inherits that.

    Told to stop, this process may still finish the file that it is at; the server ends when this process has.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide our __main__ (a script, the flask command, stdin), which every guarded process would import again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _forget_server() -> None:
    """Let the next call start a fork server of its own."""
    server: Any = forkserver._forkserver
    server._forkserver_pid = None


def _outcome(receiver: Connection, process: Any, wall_seconds: float) -> tuple[bool, Any] | None:
    """Wait for (succeeded, answer or reason); None when the process died without a word."""
    if not wait([receiver, process.sentinel], timeout=wall_seconds):
        return False, TOOK_TOO_LONG
    if receiver.poll():
        with suppress(EOFError, OSError):
            return receiver.recv()
    wait([process.sentinel], timeout=1)
    return None


def _end(process: Any) -> int | None:
    """Kill the process with everything it started, and return its exit code."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    wait([process.sentinel])
    with _bookkeeping:
        process.join()
        exit_code: int | None = process.exitcode
        process.close()
    return exit_code


def _reason_of_death(exit_code: int | None) -> str:
    if exit_code is not None and -exit_code in _TIME_SIGNALS:
        return TOOK_TOO_LONG
    # Nobody but the kernel, short of memory, kills a process that has neither answered nor run out of time.
    if exit_code == -signal.SIGKILL:
        return TOO_MUCH_MEMORY
    return CRASHED


def _work(sender: Connection, function: Callable[..., Any], args: tuple[Any, ...], limits: Limits) -> None:
    """Be the guarded process: take the limits, run the function, answer."""
    # What the libraries brought along stays; looking through it for garbage would cost more than most files.
    gc.freeze()
    _limit(limits)
    threading.Thread(target=_end_with_listener, args=(sender,), daemon=True).start()
    # The parent may be gone by the time that there is an answer.
    with suppress(BrokenPipeError):
        _answer(sender, function, args)


def _answer(sender: Connection, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        sender.send((True, function(*args)))
    except MemoryError:
        sender.send((False, TOO_MUCH_MEMORY))
    except Unreadable as problem:
        sender.send((False, f"could not be read: {problem}"))
    except Exception as error:
        first_line = (str(error).strip().splitlines() or [""])[0][:200]
        reason = (
            f"could not be read: the file is damaged or unusual ({type(error).__name__} {first_line}".rstrip()
        )
        sender.send((False, f"{reason})"))


def _end_with_listener(sender: Connection) -> None:
    """End this process with everything it started once nobody is left to hear the answer: the parent was killed."""
    listener = select.poll()
    # Asked for nothing, it still tells of the other end being closed.
    listener.register(sender.fileno(), 0)
    listener.poll()
    os.killpg(0, signal.SIGKILL)


def _limit(limits: Limits) -> None:
    os.setsid()
    _set(resource.RLIMIT_CORE, 0)
    # The first limit ends it with a signal that tells why; the second is for whoever ignores that signal.
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2)
    _set(resource.RLIMIT_FSIZE, limits.file_bytes)
    _set(resource.RLIMIT_AS, _mapped_bytes() + limits.memory_bytes)
    # The parent keeps the time; this is for when the parent is gone.
    signal.alarm(math.ceil(limits.wall_seconds) + 1)


def _set(limit: int, soft: int, hard: int | None = None) -> None:
    # Some systems do not enforce every limit; the others still hold.
    with suppress(ValueError, OSError):
        resource.setrlimit(limit, (soft, soft if hard is None else hard))


def _mapped_bytes() -> int:
    """Address space already in use, in bytes: numeric libraries reserve much of it on machines with many cores."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return 0
