"""A real replica set of three members on this machine, whose members can be killed and started again."""

import contextlib
import os
import signal
import socket
import time

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from src.services.host import process
from src.services.mongo.embedded_mongo import find_mongod


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Member:
    def __init__(self, folder):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._folder = folder
        self._folder.mkdir()
        self.server = None

    def start(self):
        self.server = process.start(
            [
                str(find_mongod()),
                *("--dbpath", str(self._folder), "--replSet", "test", "--oplogSize", "50"),
                *("--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"),
                *("--wiredTigerCacheSizeGB", "0.25", "--quiet", "--logpath", f"{self._folder}.log"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            ],
            own_session=True,
        )

    def send(self, sig):
        os.kill(self.server.pid, sig)

    def kill(self):
        self.server.kill()
        self.server.wait()

    def tell(self, command):
        """The answer to an administrator's command; None where the member does not answer."""
        with contextlib.suppress(PyMongoError):
            uri = f"mongodb://{self.address}/?directConnection=true"
            with MongoClient(uri, serverSelectionTimeoutMS=2000, socketTimeoutMS=5000) as client:
                return client.admin.command(command)
        return None

    @property
    def state(self):
        """`primary`, `secondary`, or nothing while it is neither."""
        hello = self.tell("hello") or {}
        return "primary" if hello.get("isWritablePrimary") else "secondary" if hello.get("secondary") else ""


class ReplicaSet:
    def __init__(self, folder, *, election_s):
        """election_s: how long a member that is away is waited for before another one is elected."""
        self.members = [Member(folder / f"member-{number}") for number in range(3)]
        self._config = {
            "_id": "test",
            "members": [{"_id": i, "host": member.address} for i, member in enumerate(self.members)],
            "settings": {"electionTimeoutMillis": round(election_s * 1000), "heartbeatIntervalMillis": 500},
        }

    def start(self):
        for member in self.members:
            member.start()
        wait_until(lambda: self.members[0].tell({"replSetInitiate": self._config}))
        wait_until(lambda: len(self.secondaries) + bool(self.primary) == 3)
        wait_until(lambda: self.primary or self.members[0].tell({"replSetStepUp": 1}))
        wait_until(lambda: self.primary and len(self.secondaries) == 2)
        return self

    @property
    def primary(self):
        return next((member for member in self._alive() if member.state == "primary"), None)

    @property
    def secondaries(self):
        return [member for member in self._alive() if member.state == "secondary"]

    def _alive(self):
        return [member for member in self.members if member.server.poll() is None]

    def uri(self, options):
        hosts = ",".join(member.address for member in self.members)
        return f"mongodb://{hosts}/?replicaSet=test&{options}"

    def stop(self):
        for member in self._alive():
            member.send(signal.SIGCONT)
            member.kill()


def wait_until(true, within_s=60):
    patience = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < patience, "it did not come about"
        time.sleep(0.1)
