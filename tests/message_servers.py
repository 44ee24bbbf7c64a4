"""Small servers that receive e-mails and webhooks, and record what arrived."""

import base64
import contextlib
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANNA = b"\0anna\0her-password"


class Received(list):
    """What arrived. faults: the status of the next answers, instead of success. hold: an event that the next
    answer waits for."""

    def __init__(self):
        super().__init__()
        self.faults = []
        self.hold = None

    def status(self, success):
        return self.faults.pop(0) if self.faults else success


class _MailSession(socketserver.StreamRequestHandler):
    def setup(self):
        self.secure() if self.server.secure_at_once else super().setup()

    def secure(self):
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def handle(self):
        self.answer("220 mail.example")
        while (line := self.rfile.readline()) and not line.upper().startswith(b"QUIT"):
            self.obey(*line.split())

    def obey(self, command, *words):
        match command.upper():
            case b"EHLO" if self.server.tls:
                self.answer("250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN")
            case b"STARTTLS":
                self.answer("220 go on")
                self.secure()
            case b"AUTH":
                self.answer("235 welcome" if base64.b64decode(words[1]) == ANNA else "535 no")
            case b"DATA":
                self.receive()
            case _:
                self.answer("250 ok")

    def receive(self):
        self.answer("354 go on")
        text = b"".join(iter(self.rfile.readline, b".\r\n"))
        if (status := self.server.received.status(250)) == 250:
            self.server.received.append(message_from_bytes(text, policy=default))
        self.answer(f"{status} end of data")

    def answer(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(tls=None, *, secure_at_once=False):
    """Yields the port, and what arrived as `EmailMessage`.

    tls: the context of secure connections, by STARTTLS or from the beginning; then only ANNA may send.
    """
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailSession)
    server.tls, server.secure_at_once, server.received = tls, secure_at_once, Received()
    server.handle_error = lambda *_: None  # a client that does not trust us hangs up
    with _running(server) as port:
        yield port, server.received


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
            if received.hold:
                received.hold.wait(20)
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
