"""Attributes that are made at their first use, once for each object, whatever the number of threads.

`functools.cached_property` takes no lock from Python 3.12 on, so that two threads may each make one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")

_LOCK = "_once_lock"


class once(Generic[T]):  # noqa: N801 - a decorator
    """A property whose value is kept. One lock for each object, which a thread may take again: what is made
    may ask for other such properties of the same object.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | once[T]:
        if instance is None:
            return self
        made = instance.__dict__  # where Python looks first the next time
        with _lock_of(instance):
            if self._name not in made:
                made[self._name] = self.make(instance)
            value: T = made[self._name]
            return value


def forget(instance: object, name: str) -> Any:
    """Let the property be made anew at its next use; what it was, None where it had not been made."""
    with _lock_of(instance):
        return instance.__dict__.pop(name, None)


def _lock_of(instance: object) -> Any:
    return instance.__dict__.setdefault(_LOCK, threading.RLock())  # one step, also among threads
