"""One connection asked again and again, as browsers and programs do."""

import socket

BODY = b"x" * 1_000_000


def test_a_body_nobody_reads_does_not_hold_up_the_connections_next_request(running):
    """Refused requests, whose bodies come after their headers, with the next request hard behind them."""
    head = (
        f"DELETE /api/v1/categories HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        answers = connection.makefile("rb")
        for _ in range(60):
            connection.sendall(head)
            connection.sendall(BODY)
            assert b"405" in read_answer(answers)


def read_answer(answers):
    """The status line; the rest of the answer is read and left."""
    status, length = answers.readline(), 0
    while (line := answers.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    answers.read(length)
    return status
