"""The guard: an answer, or a reason in plain words, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import forkserver
from pathlib import Path

import pytest

from portal.library.documents.guard import GuardTripped, run_guarded

ROOT = Path(__file__).resolve().parents[3]
CALL = "from portal.library.documents.guard import run_guarded\nprint('answer', run_guarded(pow, 2, 5))\n"


def reason_of(function, *args, **limits) -> str:
    with pytest.raises(GuardTripped) as tripped:
        run_guarded(function, *args, **limits)
    return tripped.value.reason


def test_the_answer_comes_back():
    assert run_guarded(sorted, [3, 1, 2]) == [1, 2, 3]


def test_a_large_answer_comes_back_whole():
    assert len(run_guarded(bytes, 30_000_000)) == 30_000_000


def test_the_function_runs_in_another_process_and_group():
    assert run_guarded(os.getpid) != os.getpid()
    assert run_guarded(os.getpgid, 0) != os.getpgid(0)


def test_a_sleeper_is_ended_by_the_clock():
    assert reason_of(time.sleep, 10_000, wall_seconds=0.5) == "took too long"


def test_a_runaway_is_ended_by_its_cpu_seconds():
    assert reason_of(sum, range(10**13), cpu_seconds=1, wall_seconds=10_000) == "took too long"


def test_a_glutton_is_told_from_a_slow_one():
    assert reason_of(bytes, 3 << 30) == "needed too much memory"
    assert len(run_guarded(bytes, 3 << 20)) == 3 << 20


def test_memory_can_be_limited_further():
    assert reason_of(bytes, 200 << 20, memory_bytes=50 << 20) == "needed too much memory"


def test_a_crash_is_an_answer_in_words():
    assert reason_of(os.abort) == "could not be read: the reader crashed on it"
    assert reason_of(os._exit, 0) == "could not be read: the reader crashed on it"


def test_an_error_is_an_answer_in_words():
    assert reason_of(int, "many") == (
        "could not be read: the file is damaged or unusual "
        "(ValueError invalid literal for int() with base 10: 'many')"
    )


def test_an_answer_that_is_not_plain_data_is_refused():
    assert reason_of(open, os.devnull).startswith("could not be read: ")


def test_no_file_grows_past_its_limit(tmp_path):
    grown = tmp_path / "grown"
    assert "File too large" in reason_of(grown.write_bytes, bytes(2 << 20), file_bytes=1 << 20)
    assert grown.stat().st_size <= 1 << 20


def test_what_the_function_started_dies_with_it(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    # Its parent's time is up once it holds the pipe, however long the machine took to start it.
    script = f"exec 3> {pipe}; echo started >&3; kill -XCPU $PPID; sleep 10000"
    assert reason_of(os.system, script) == "took too long"
    os.set_blocking(reader, True)
    with os.fdopen(reader) as told:
        # This ends when the last process that holds the other end is gone.
        assert told.read() == "started\n"


def test_many_threads_are_answered_at_once():
    answers: dict[int, int] = {}
    reasons: list[str] = []

    def work(number: int) -> None:
        answers[number] = run_guarded(pow, number, 2)
        try:
            run_guarded(os.abort)
        except GuardTripped as tripped:
            reasons.append(tripped.reason)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number * number for number in range(8)}
    assert set(reasons) == {"could not be read: the reader crashed on it"}
    assert len(reasons) == 8


def test_a_forked_worker_gets_a_server_of_its_own():
    run_guarded(pow, 2, 3)
    child = os.fork()
    if child == 0:
        try:
            os._exit(run_guarded(pow, 2, 5))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 32
    assert run_guarded(pow, 2, 3) == 8


def test_a_parent_that_waited_for_all_its_children_still_gets_answers():
    assert run_guarded(pow, 2, 5) == 32
    server = forkserver._forkserver._forkserver_pid
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    assert run_guarded(pow, 2, 6) == 64


def test_a_server_that_was_killed_a_moment_ago_is_started_again():
    assert run_guarded(pow, 2, 5) == 32
    # It is still our child, and not yet known to be gone.
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    assert run_guarded(pow, 2, 6) == 64


STOPPED = """
import signal, sys, threading, time
from portal.library.documents.guard import run_guarded
signal.signal(signal.SIGINT, signal.default_int_handler)  # which is off in what a shell starts in the background
run_guarded(abs, 1)
answers = {}
work = threading.Thread(target=lambda: answers.update(work=run_guarded(sorted, [2, 1])))
sleeper = threading.Thread(target=lambda: answers.update(sleeper=run_guarded(time.sleep, 2)))
sleeper.start()
try:
    print("at work", flush=True)
    while True:
        time.sleep(0.05)  # briefly: told in the moment before it sleeps, it hears of that when it wakes
except KeyboardInterrupt:
    work.start()
    work.join()
    sleeper.join()
    print(answers["work"], answers["sleeper"])
"""


def test_who_is_told_to_stop_can_finish_what_is_guarded_without_a_traceback():
    command = [sys.executable, "-c", STOPPED]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **pipes) as told:
        assert told.stdout.readline() == "at work\n"
        # As a terminal and a service manager do: everybody in the group hears of it.
        os.killpg(told.pid, signal.SIGINT)
        said, complaints = told.communicate(timeout=200)
    assert (said, complaints) == ("[1, 2] None\n", "")


def test_who_is_killed_leaves_no_traceback():
    script = STOPPED.replace("run_guarded(time.sleep, 2)", "[run_guarded(abs, 1) for _ in range(999)]")
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as killed:
        assert killed.stdout.readline() == "at work\n"
        killed.kill()
        assert killed.communicate(timeout=200) == ("", "")


def test_a_parent_without_a_main_file_gets_answers():
    assert _python("-", given=CALL) == "answer 32\n"


def test_the_processes_that_read_files_do_not_carry_the_whole_portal():
    """Each is a copy of all that is loaded: without it they start, read and end in half the time."""
    script = (
        "import portal.library.documents.preview, portal.richtext, sys\n"
        "print(sorted({'flask', 'sqlalchemy', 'alembic', 'scipy'} & set(sys.modules)))"
    )
    assert _python("-c", script) == "[]\n"


def test_the_parents_script_is_not_run_again(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("print('once')\n" + CALL)
    assert _python(str(script)) == "once\nanswer 32\n"


def _python(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        input=given,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
