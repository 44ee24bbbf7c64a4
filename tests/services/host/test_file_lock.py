import os
import subprocess
import sys

from src.config import ROOT
from src.services.host.file_lock import FileLock

HOLD = """
import sys, time
from pathlib import Path
from src.services.host.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
lock.write("held by another")
time.sleep(60)
"""


def test_only_one_holds_it_and_release_frees_it(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.write("mine")
    assert second.read() == "mine"
    first.release()
    assert second.read() == ""
    assert second.acquire()
    second.release()


def test_a_killed_holder_frees_it_and_leaves_its_note(tmp_path):
    lock = FileLock(tmp_path / "lock")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "True\n"
        assert not lock.acquire()
        holder.kill()
    assert lock.read() in ("held by another", "")
    assert lock.acquire()
    lock.release()


def test_a_forked_child_does_not_hold_it_beyond_its_parent(tmp_path):
    held = FileLock(tmp_path / "lock")
    assert held.acquire()
    (end, tell_end), (ready, tell_ready) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(tell_ready, b"x")
        os.read(end, 1)
        os._exit(0)
    os.read(ready, 1)
    held.forget()  # as the kernel does for a parent that is killed
    try:
        assert FileLock(tmp_path / "lock").acquire()
    finally:
        os.write(tell_end, b"x")
        os.waitpid(child, 0)
