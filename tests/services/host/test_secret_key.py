import stat
from concurrent.futures import ThreadPoolExecutor

from src.services.host.secret_key import kept_key


def test_the_key_is_made_once_and_is_private(tmp_path):
    key = kept_key(tmp_path / "data")
    assert len(key) >= 43
    assert kept_key(tmp_path / "data") == key
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert kept_key(tmp_path / "elsewhere") != key


def test_those_who_ask_at_the_same_moment_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: kept_key(tmp_path), range(64)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
