"""A small server that plays Firefly III's API by its documented form, and records what it was asked."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "a-personal-access-token"


class Firefly:
    """groups: number -> its splits. faults: what the next answers are instead: a status, or "hang"."""

    def __init__(self):
        self.groups = {}
        self.faults = []
        self.asked = []

    def add(self, group, *splits):
        self.groups[str(group)] = [
            {"category_name": None, "tags": [], **split, "transaction_journal_id": str(split["journal"])}
            for split in splits
        ]

    def category(self, group, index=0):
        return self.groups[str(group)][index]["category_name"]

    @property
    def changes(self):
        return [body for method, _, body in self.asked if method == "PUT"]

    def update(self, group, body):
        """As Firefly III does: splits that are not named are deleted, one that is unknown is made."""
        named = {split["transaction_journal_id"]: split for split in body["transactions"]}
        before = {split["transaction_journal_id"]: split for split in self.groups[group]}
        self.groups[group] = [{**before.get(number, {}), **change} for number, change in named.items()]

    def body_of(self, group):
        attributes = {"group_title": None, "transactions": self.groups[group]}
        return {"data": {"type": "transactions", "id": group, "attributes": attributes}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.serve(None)

    def do_PUT(self):
        self.serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def serve(self, body):
        firefly, path = self.server.firefly, self.path
        firefly.asked.append((self.command, path, body))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {"message": "Unauthenticated."})
        fault = firefly.faults.pop(0) if firefly.faults else None
        if fault == "hang":
            time.sleep(5)
            return None
        group = path.removeprefix("/api/v1/transactions/")
        if fault:
            return self.answer(fault, {"message": "Trouble."}, Location="/login")
        if group not in firefly.groups:
            return self.answer(404, {"message": "Resource not found"})
        if body:
            firefly.update(group, body)
        return self.answer(200, firefly.body_of(group))

    def answer(self, status, body, **headers):
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": len(raw),
            **headers,
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


@contextmanager
def running(firefly, port=0):
    """Its address while it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.firefly, server.daemon_threads = firefly, True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
