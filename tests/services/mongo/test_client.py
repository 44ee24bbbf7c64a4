"""Errors of the driver, as a caller sees them."""

import pytest
from pymongo.errors import AutoReconnect

from src.errors import Unavailable
from src.services.mongo.client import guarded


@guarded
def cut_off_while_it_writes():
    raise AutoReconnect("connection closed")


def test_a_change_that_was_cut_off_is_not_said_to_be_undone():
    """Its first writes may be stored, and the database may have stored the one it did not confirm."""
    with pytest.raises(Unavailable, match="may be stored, or a part of it") as error:
        cut_off_while_it_writes()
    assert "closed" not in str(error.value)
