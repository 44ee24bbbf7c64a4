"""Small servers that receive e-mails and webhooks, and record what arrived."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Received(list):
    """What arrived. faults: the status of the next answers, instead of success."""

    def __init__(self):
        super().__init__()
        self.faults = []

    def status(self, success):
        return self.faults.pop(0) if self.faults else success


@contextmanager
def mail_server():
    """Yields the port, and what arrived as `EmailMessage`."""
    received = Received()

    class Session(socketserver.StreamRequestHandler):
        def handle(self):
            self.answer("220 mail.example")
            while line := self.rfile.readline():
                match line.split()[0].upper():
                    case b"DATA":
                        self.answer("354 go on")
                        text = b"".join(iter(self.rfile.readline, b".\r\n"))
                        if (status := received.status(250)) == 250:
                            received.append(message_from_bytes(text, policy=default))
                        self.answer(f"{status} end of data")
                    case b"QUIT":
                        self.answer("221 bye")
                        break
                    case _:
                        self.answer("250 ok")

        def answer(self, line):
            self.wfile.write(f"{line}\r\n".encode())

    with _running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)) as port:
        yield port, received


@contextmanager
def webhook_server():
    """Yields the address, and what arrived as (headers, body)."""
    received = Received()

    class Request(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = received.status(204)
            if status == 204:
                received.append((self.headers, body))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Request)) as port:
        yield f"http://127.0.0.1:{port}/hook", received


@contextmanager
def _running(server):
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
