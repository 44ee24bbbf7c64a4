"""Files read in a process of their own: whatever is sent, the one that asks gets an answer or a sentence."""

import pickle
import threading

import pytest

from benchmarks.hostile_files import csv_ordinary
from src.errors import InvalidInput, Unavailable
from src.pipeline.imports.read_preview import ReadRequest, ReadResult, read_preview
from src.services.imports import file_reader
from src.services.imports.file_reader import FileReader

MEMORY = 300_000_000
BANK = b"Date,Text,Amount\n2026-03-04,Kiosk 4111111111111111,-12.50\n2026-03-05,Bar,-3\n"


def read(reader, content, **known):
    return ReadResult.from_json(reader.read(pickle.dumps(ReadRequest(**known)), content))


def test_the_answer_is_that_of_the_same_step_in_this_process():
    asked = {"currency": "EUR", "changes": {"mode": "card"}}
    assert read(FileReader(memory=MEMORY), BANK, **asked) == read_preview(BANK, ReadRequest(**asked))


def test_a_refusal_comes_with_its_sentence_and_its_field():
    with pytest.raises(InvalidInput, match="PDF") as refused:
        read(FileReader(memory=MEMORY), b"%PDF-1.4")
    assert refused.value.field == "file"


def test_too_much_memory_ends_in_a_sentence():
    with pytest.raises(InvalidInput, match="too much memory or time"):
        read(FileReader(memory=60_000_000), csv_ordinary(6_000_000))


def test_too_much_time_on_the_processor_ends_in_a_sentence():
    with pytest.raises(InvalidInput, match="too much memory or time"):
        read(FileReader(memory=MEMORY, cpu_s=1), csv_ordinary(8_000_000))


def test_too_much_time_in_all_ends_in_a_sentence_and_the_process():
    with pytest.raises(InvalidInput, match="too much memory or time"):
        read(FileReader(memory=MEMORY, wall_s=0), BANK)


def test_whoever_waits_for_its_turn_too_long_is_asked_to_try_again(monkeypatch):
    monkeypatch.setattr(file_reader, "_QUEUE_S", 0)
    reader = FileReader(memory=MEMORY)
    others = [threading.Thread(target=read, args=(reader, csv_ordinary(1_000_000))) for _ in range(2)]
    for other in others:
        other.start()
    while reader.started < len(others):
        pass
    with pytest.raises(Unavailable):
        read(reader, BANK)
    for other in others:
        other.join()
    assert read(reader, BANK).rows == 2


def test_the_progress_of_a_long_file_is_reported():
    shares = []
    request = pickle.dumps(ReadRequest())
    content = b"Date,Text,Amount\n" + b"2026-03-04,Kiosk,-12.50\n" * 2000
    assert FileReader(memory=MEMORY).read(request, content, shares.append)
    assert shares
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
