"""A worker that the machine holds up for longer than a minute."""

import json
import os
import signal
import socket
import time

import pytest

from tests.launch.running_site import parent_of

HELD_UP_S = 66


@pytest.mark.timeout(300)
def test_a_worker_that_was_held_up_answers_its_open_request_when_it_goes_on(running):
    body = json.dumps({"slug": "late", "name": "Late", "group": "discretionary", "color": "#123456"}).encode()
    head = (
        f"POST /api/v1/categories HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    master = running.master()
    workers = {pid for pid in running.pids("gunicorn") if parent_of(pid) == master}
    with socket.create_connection(("127.0.0.1", running.port), timeout=HELD_UP_S + 60) as connection:
        connection.sendall(head + body[:10])
        time.sleep(1)  # a thread of a worker waits for the rest
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        connection.sendall(body[10:])
        time.sleep(HELD_UP_S)
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
        assert connection.makefile("rb").readline().split()[1] == b"201"
    assert b'"late"' in running.get("api/v1/categories")[1]
