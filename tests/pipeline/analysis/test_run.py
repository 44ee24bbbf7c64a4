"""The parts of an analysis, on the real MongoDB."""

import pytest

from src.container import Container
from src.pipeline.analysis.run import LedgerAnalysis
from src.services.scheduler.child_process import ANALYSE_CLAIMED
from tests.services.rows import keep, new


@pytest.fixture
def container(settings):
    made = Container(settings)
    made.database.ensure_indexes()
    yield made
    made.database.close()


def nothing(today, train):
    pass


def fails(today, train):
    raise ValueError("a test")


def test_a_part_that_fails_is_named_and_the_others_are_done(container):
    done, state = [], container.analysis_state
    parts = dict.fromkeys(container.ledger_analysis.parts, nothing)
    parts |= {"first": fails, "second": lambda *about: done.append(about)}
    attempt = state.claim(holder="me")
    assert LedgerAnalysis(state, parts).run(holder="me", attempt=attempt) == ["first"]
    assert done == [(state.today, False)]
    status = state.status()
    assert (status.is_current("first"), status.is_current("second")) == (False, True)
    assert not state.is_due()


def test_each_change_of_the_ledger_makes_it_due(container):
    state = container.analysis_state

    def analyse():
        state.hurry()
        parts = dict.fromkeys(container.ledger_analysis.parts, nothing)
        LedgerAnalysis(state, parts).run(holder="me", attempt=state.claim(holder="me"))
        assert not state.is_due()

    analyse()
    [row] = keep(container.transactions, new())
    assert state.is_due()
    analyse()
    container.transaction_editor.delete(row.id, at=container.now())
    assert state.is_due()


def test_the_scheduler_analyses_in_a_child_process_what_is_due(container, monkeypatch):
    children = []
    monkeypatch.setattr(container.analyser, "run", lambda *child: children.append(child))
    assert "analysis" in container.jobs.pending()
    container.jobs.analyse()
    assert children == [(ANALYSE_CLAIMED, container.holder, 1)]
    container.jobs.analyse()
    assert len(children) == 1  # it ended early, and is tried again later
