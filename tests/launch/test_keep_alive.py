"""One connection asked again and again, as browsers and programs do."""

import socket

import pytest

from tests.launch.running_site import PATIENCE_S

BODY = b"x" * 1_000_000


def test_a_body_nobody_reads_does_not_hold_up_the_connections_next_request(running):
    """Refused requests, whose bodies come after their headers, with the next request hard behind them."""
    head = (
        f"DELETE /api/v1/categories HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S) as connection:
        answers = connection.makefile("rb")
        for _ in range(60):
            connection.sendall(head)
            connection.sendall(BODY)
            assert b"405" in read_answer(answers)


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/api/v1/predict", "Accept: application/json", b"413"),
        ("/no/such/page", "Accept: text/html", b"404"),
        ("/feedback", "Origin: https://elsewhere.example", b"403"),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_sends_too_much_still_reads_why_it_was_refused(running, path, header, status, chunked):
    """The whole body of 40 MB is sent before the answer is read, as most clients do."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {40 * len(BODY)}"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n{header}\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n{length}\r\n\r\n".encode())
        for _ in range(40):
            connection.sendall(b"%x\r\n%b\r\n" % (len(BODY), BODY) if chunked else BODY)
        if chunked:
            connection.sendall(b"0\r\n\r\n")
        assert status in read_answer(connection.makefile("rb"))


def read_answer(answers):
    """The status line; the rest of the answer is read and left."""
    status, length = answers.readline(), 0
    while (line := answers.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    answers.read(length)
    return status
