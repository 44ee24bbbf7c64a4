"""Time for tests of leases, which the test lets expire and renews."""

import threading

from src.services.mongo.client import from_now


def let_the_lease_run_out(database, collection):
    """As if MongoDB's clock had moved on."""
    database.collection(collection).update_many({}, [{"$set": {"lease_until": from_now(-1)}}])


class Heartbeat:
    """The pauses of the thread that renews a lease."""

    def __init__(self):
        self.pauses = []
        self._beats = threading.Semaphore(0)
        self._waits = threading.Semaphore(0)

    def wait(self, ended, seconds):
        """Replaces `Event.wait`."""
        self.pauses.append(seconds)
        self._waits.release()  # whatever came before this pause is done
        while not self._beats.acquire(timeout=0.01):
            if ended.is_set():
                return True
        return ended.is_set()

    def beat(self):
        """Let one pause end, and return once the lease was renewed."""
        assert self._waits.acquire(timeout=30)  # it has begun to wait
        self._beats.release()
        assert self._waits.acquire(timeout=30)  # it waits again
        self._waits.release()
