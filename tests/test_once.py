"""One of each, however many threads ask for it first."""

import threading
from functools import cached_property

import pytest

from src.container import Container
from src.once import forget, once
from src.services.container import Services
from src.services.mongo.client import Database

THREADS = 16


def asked_at_once(ask):
    """What each of many threads that ask in the same moment receives."""
    together, answers = threading.Barrier(THREADS), []

    def one():
        together.wait()
        answers.append(ask())

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers


class Slow:
    """Making its parts takes long enough for every thread to come in between."""

    def __init__(self):
        self.made = []
        self.all_have_asked = threading.Event()

    @once
    def part(self):
        self.all_have_asked.wait(0.2)
        self.made.append("part")
        return object()

    @once
    def whole(self):
        """Asks for another one of the same object."""
        return [self.part]


def test_threads_that_ask_at_once_receive_the_same_object():
    slow = Slow()
    assert len({id(part) for part in asked_at_once(lambda: slow.part)}) == 1
    assert slow.made == ["part"]


def test_what_is_made_may_ask_for_another_part_and_another_object_has_its_own():
    slow, other = Slow(), Slow()
    assert slow.whole == [slow.part]
    assert slow.part is not other.part


def test_a_part_that_could_not_be_made_is_tried_again():
    class Fails:
        tries = 0

        @once
        def part(self):
            self.tries += 1
            if self.tries == 1:
                raise ValueError("a test")
            return self.tries

    fails = Fails()
    with pytest.raises(ValueError, match="a test"):
        fails.part  # noqa: B018
    assert fails.part == 2


def test_what_is_forgotten_is_made_again():
    slow = Slow()
    assert forget(slow, "part") is None
    first = slow.part
    assert forget(slow, "part") is first
    assert slow.part is not first


@pytest.mark.parametrize(
    "name",
    sorted(name for kind in Container.__mro__ for name, part in vars(kind).items() if isinstance(part, once)),
)
def test_each_service_is_built_once_though_many_requests_are_the_first(settings, name):
    container = Container(settings)
    assert len({id(service) for service in asked_at_once(lambda: getattr(container, name))}) == 1
    container.database.close()


def test_what_threads_share_is_built_under_a_lock():
    """`cached_property` takes none from Python 3.12 on."""
    for shared in (Services, Container, Database):
        unlocked = [
            name
            for name, part in vars(shared).items()
            if isinstance(part, cached_property) and not isinstance(part, once)
        ]
        assert unlocked == []


def test_stopping_what_was_never_started_starts_nothing(settings):
    nowhere = settings.model_copy(update={"mongo_uri": None})
    container = Container(nowhere)
    container.stop()
    assert not nowhere.data_path.exists()
