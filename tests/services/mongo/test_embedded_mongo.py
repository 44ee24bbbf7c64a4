import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from src.config import ROOT
from src.errors import CannotStart
from src.services.mongo.embedded_mongo import EmbeddedMongo, find_mongod

ANOTHER_PROCESS = """
import sys, time
from pathlib import Path
from src.services.mongo.embedded_mongo import EmbeddedMongo
server = EmbeddedMongo(Path(sys.argv[1]))
server.ensure()
print(server.pid or "", flush=True)
time.sleep(60)
"""


@pytest.fixture
def server(tmp_path):
    server = EmbeddedMongo(tmp_path / "data")
    yield server
    server.stop()


@pytest.fixture
def another_process(tmp_path):
    """Start processes that share the data directory; each prints the pid of the mongod it runs, or ''."""
    started = []

    def start():
        command = [sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path / "data")]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(true, within_s=10):
    patience = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < patience, "it did not come about"
        time.sleep(0.02)


def insert_until_killed(server, acknowledged, stop):
    with MongoClient(server.uri, serverSelectionTimeoutMS=500) as client:
        while not stop.is_set():
            try:
                acknowledged.append(client.test.kept.insert_one({"text": "x" * 200}).inserted_id)
            except PyMongoError:
                time.sleep(0.01)


def test_it_answers_on_a_private_socket_and_no_port(server):
    server.ensure()
    with MongoClient(server.uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]["net"]
        assert client.admin.command("hello").get("compression", []) == []
    assert options["bindIp"] == str(server.socket_path)
    assert stat.S_IMODE(server.socket_path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket_path.stat().st_mode) == 0o700
    assert listening_ports(server.pid) == []


def listening_ports(pid):
    links = (link_of(descriptor) for descriptor in Path(f"/proc/{pid}/fd").iterdir())
    sockets = {link.removeprefix("socket:[").removesuffix("]") for link in links if "socket:" in link}
    rows = [
        line.split()
        for kind in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()
    ]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in sockets]


def link_of(descriptor):
    # Connections come and go while the directory is read.
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


def test_acknowledged_writes_survive_a_killed_mongod_and_it_comes_back(server):
    server.ensure()
    acknowledged, stop = [], threading.Event()
    writers = [
        threading.Thread(target=insert_until_killed, args=(server, acknowledged, stop)) for _ in range(3)
    ]
    for writer in writers:
        writer.start()
    wait_until(lambda: len(acknowledged) > 100)
    before, old = len(acknowledged), server.pid
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: len(acknowledged) > before + 100)
    stop.set()
    for writer in writers:
        writer.join()
    assert server.pid != old
    with MongoClient(server.uri) as client:
        kept = {row["_id"] for row in client.test.kept.find({}, {"_id": 1})}
    assert set(acknowledged) <= kept


def test_of_many_processes_one_runs_the_server_and_all_may_use_it(server, another_process):
    several = [another_process() for _ in range(3)]
    server.ensure()
    owners = [pid for pid in [*(process.stdout.readline().strip() for process in several), server.pid] if pid]
    assert len(owners) == 1
    with MongoClient(server.uri) as client:
        assert client.admin.command("serverStatus")["pid"] == int(owners[0])


def test_another_process_carries_on_when_the_owner_is_killed(server, another_process):
    owner = another_process()
    old = int(owner.stdout.readline())
    server.ensure()
    assert server.pid is None
    owner.kill()
    owner.wait()
    wait_until(lambda: server.pid is not None and server.answers())
    assert server.pid != old
    assert not Path(f"/proc/{old}/exe").exists()


def test_the_server_ends_with_the_process_that_runs_it(another_process):
    owner = another_process()
    mongod = int(owner.stdout.readline())
    owner.kill()
    wait_until(lambda: not has_program(mongod))


def has_program(pid):
    """Whether it runs: a process that has ended but is not yet collected has no program."""
    try:
        os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return False
    return True


def test_a_stopped_server_leaves_the_directory_to_the_next(tmp_path):
    for _ in range(2):
        server = EmbeddedMongo(tmp_path / "data")
        server.ensure()
        server.stop()
        assert not server.answers()


def test_a_data_directory_with_a_long_name_gets_a_short_private_socket(tmp_path):
    server = EmbeddedMongo(tmp_path / ("long" * 30))
    server.ensure()
    try:
        folder = server.socket_path.parent
        assert len(os.fsencode(server.socket_path)) <= 100
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with MongoClient(server.uri) as client:
            assert client.admin.command("ping")["ok"] == 1
    finally:
        server.stop()
        folder.rmdir()


def test_a_socket_that_was_swept_away_comes_back(server):
    server.ensure()
    server.socket_path.unlink()
    wait_until(server.answers)


def test_the_log_is_cut_while_mongod_runs(server, tmp_path):
    server.ensure()
    log = tmp_path / "data" / "mongod.log"
    with log.open("ab") as file:
        file.write(b"\n" * 6_000_000)
    wait_until(lambda: log.exists() and log.stat().st_size < 1_000_000)
    wait_until(lambda: "log rotation" in log.read_text())
    assert log.with_suffix(".log.1").stat().st_size > 5_000_000


def test_a_mongod_that_cannot_run_is_reported_with_its_last_output(tmp_path, monkeypatch):
    broken = tmp_path / "bin" / "mongod"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho this machine lacks a library >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=":")
    with pytest.raises(CannotStart, match=r"code 127.*this machine lacks a library\n.*MONGO_URI"):
        EmbeddedMongo(tmp_path / "data").ensure()


def test_a_mongod_on_path_comes_before_the_installed_wheel(tmp_path, monkeypatch):
    of_the_wheel = find_mongod()
    assert of_the_wheel.parts[-4:] == ("fiftyone", "db", "bin", "mongod")
    (tmp_path / "mongod").write_text("#!/bin/sh\n")
    (tmp_path / "mongod").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_mongod() == tmp_path / "mongod"


def test_where_there_is_no_mongod_the_message_names_two_ways_out(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotStart, match=r"install MongoDB.*or set MONGO_URI"):
        find_mongod()
