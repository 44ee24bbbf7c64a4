"""What Firefly III was answered with 200 reaches it, whatever is killed in between."""

import urllib.request

import pytest

from tests.firefly_server import TOKEN, Firefly, running
from tests.launch.running_site import PATIENCE_S, Site, free_port, give_small_model, wait_until
from tests.web.integrations.firefly_messages import SECRET, encoded, message, signed


@pytest.fixture
def connected(tmp_path):
    """A running site without a clock, with a model, that knows where Firefly III will be."""
    port = free_port()
    site = Site(
        tmp_path,
        FIREFLY_URL=f"http://127.0.0.1:{port}",
        FIREFLY_TOKEN=TOKEN,
        FIREFLY_WEBHOOK_SECRET=SECRET,
    )
    give_small_model(site)
    site.start().wait_for_page()
    wait_until(lambda: site.get("readyz")[0] == 200)
    yield site, port
    site.sweep()


def deliver(site):
    raw = encoded(message())
    request = urllib.request.Request(
        f"{site.address}api/v1/webhooks/firefly-iii", data=raw, headers=signed(raw)
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return answer.status


def test_a_category_survives_kill_9_of_everything_and_trouble_there(connected):
    site, port = connected
    assert deliver(site) == 200
    site.kill(*site.processes())
    site.process.wait()
    firefly = Firefly()
    firefly.add(246, {"journal": 251})
    firefly.faults = [500]
    site.settings["CLOCK"] = "on"
    with running(firefly, port):
        site.start().wait_for_page()
        wait_until(lambda: firefly.category(246) == "Groceries")
    assert len(firefly.changes) == 1
    assert TOKEN not in site.printed()
    assert SECRET not in site.printed()
    assert "firefly iii did not take a category" in site.printed()
