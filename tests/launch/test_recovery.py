"""What happens when a process is killed under a running site."""

import socket
import threading
import time
from contextlib import contextmanager
from itertools import count

from tests.launch.running_site import wait_until


@contextmanager
def categories_being_added(site, name):
    """Add one after the other, in a thread; gives the list of those that were acknowledged."""
    acknowledged, ended = [], threading.Event()

    def add():
        for number in count():
            if ended.is_set():
                return
            slug = f"{name}-{number}"
            body = {"slug": slug, "name": slug, "group": "discretionary", "color": "#123456"}
            if site.post("api/v1/categories", body)[0] in (200, 201):
                acknowledged.append(slug)
            else:
                time.sleep(0.1)

    writer = threading.Thread(target=add)
    writer.start()
    try:
        yield acknowledged
    finally:
        ended.set()
        writer.join()


def lost(site, acknowledged):
    listed = site.get("api/v1/categories")[1].decode()
    return [slug for slug in acknowledged if f'"{slug}"' not in listed]


def test_what_was_acknowledged_is_there_after_kill_9_of_mongod(running):
    with categories_being_added(running, "db") as acknowledged:
        wait_until(lambda: len(acknowledged) > 10)
        running.kill(*running.pids("bin/mongod"))
        before = len(acknowledged)
        wait_until(lambda: len(acknowledged) > before + 10)
    assert not lost(running, acknowledged)


def test_what_was_acknowledged_is_there_after_kill_9_of_all_workers_and_their_master(running):
    with categories_being_added(running, "web") as acknowledged:
        wait_until(lambda: len(acknowledged) > 10)
        running.kill(*running.pids("gunicorn"))
        before = len(acknowledged)
        wait_until(lambda: len(acknowledged) > before + 10)
    assert not lost(running, acknowledged)


def test_the_pages_come_back_with_as_many_workers_after_kill_9_of_their_master(running):
    wait_until(lambda: len(running.pids("gunicorn")) == 3)
    before = running.pids("gunicorn")
    running.kill(running.master())
    wait_until(lambda: not before & running.pids("gunicorn"))
    wait_until(lambda: len(running.pids("gunicorn")) == 3)
    wait_until(lambda: running.get("healthz")[0] == 200)
    assert running.process.poll() is None


def test_a_killed_worker_is_replaced(running):
    wait_until(lambda: len(running.pids("gunicorn")) == 3)
    worker = max(running.pids("gunicorn") - {running.master()})
    running.kill(worker)
    wait_until(lambda: worker not in running.pids("gunicorn") and len(running.pids("gunicorn")) == 3)


def test_a_killed_launcher_takes_along_a_worker_with_a_request_that_never_ends(site):
    """Left alone, such a request holds its worker, and with it the port, for gunicorn's 30 s of grace."""
    site.start().wait_for_page()
    with socket.create_connection(("127.0.0.1", site.port)) as stalled:
        stalled.sendall(
            f"POST /api/v1/predict HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{".encode()
        )
        wait_until(lambda: site.get("healthz")[0] == 200)
        site.kill(site.process.pid)
        site.process.wait()
        wait_until(lambda: site.processes() == {}, 20)
