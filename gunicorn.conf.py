"""gunicorn's settings, for `gunicorn app:app` by hand and under the launcher alike."""

import gc
import os
import shutil
import sys
import tempfile
import threading
import time

from src import logs
from src.config import load_settings
from src.errors import CannotStart, LedgerloopError
from src.services.host.secret_key import kept_key
from src.services.mongo.embedded_mongo import EmbeddedMongo

try:
    settings = load_settings()
except CannotStart as error:
    sys.exit(str(error))
_host = settings.host.strip("[]")

bind = f"[{_host}]:{settings.port}" if ":" in _host else f"{_host}:{settings.port}"
worker_class = "gthread"
workers = settings.web_workers
threads = settings.web_threads
# Seconds without a heartbeat before a worker is replaced. Its open requests are lost then, so it is long: a
# worker that was only held up (a full disk, a swapping machine) comes back and answers them. Meanwhile the
# other workers take the new requests.
timeout = 300
graceful_timeout = 30
keepalive = 15
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16380
# gunicorn's heartbeat is a file it touches; on a disk that blocks, a busy worker would look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# By default one socket in the home directory for all of this user's gunicorns; not used here.
control_socket_disable = True

METRICS_BYTES = 1 << 20
ORPHAN_GRACE_S = 3

_embedded = EmbeddedMongo(settings.data_path) if settings.mongo_uri is None else None
_own_metrics: list[str] = []


def on_starting(server):
    """In the master, before any worker: what the launcher does when there is one."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        _own_metrics.append(tempfile.mkdtemp(prefix="ledgerloop-metrics-"))
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = _own_metrics[0]
    if settings.secret_key is None:
        os.environ["SECRET_KEY"] = kept_key(settings.data_path)
    if _embedded is not None:
        try:
            _embedded.ensure()
        except CannotStart as error:
            sys.exit(str(error))


def when_ready(server):
    """In the master, before the first worker: what every worker imports is in memory once for all of them.

    Only modules and the lexicon of the starter, which later models have too. The application is made in each
    worker, with its connections and threads, which do not survive a fork.
    """
    import src.web.app  # noqa: F401
    from src.prediction_container import load_lexicon

    load_lexicon()
    gc.collect()
    gc.freeze()  # or the next collection in a worker would write to all of it


def post_fork(server, worker):
    """In each worker, before it loads the application and its metrics."""
    try:
        for kind in ("counter", "histogram"):
            reserve(os.path.join(os.environ["PROMETHEUS_MULTIPROC_DIR"], f"{kind}_{worker.pid}.db"))
    except OSError:  # the disk is full: this worker counts in its own memory
        from prometheus_client import values

        del os.environ["PROMETHEUS_MULTIPROC_DIR"]
        values.ValueClass = values.MutexValue


def reserve(path):
    """Allocate the file that the Prometheus client maps into memory.

    On a full disk, writing to a mapped page without an allocated block ends the process (SIGBUS). The labels
    are routes, statuses and codes, which fill less than half of the file, so it never grows.
    """
    if hasattr(os, "posix_fallocate"):
        with open(path, "ab") as file:
            os.posix_fallocate(file.fileno(), 0, METRICS_BYTES)


def post_worker_init(worker):
    """In each worker, after it has loaded the application."""
    logs.set_up(form=settings.log_format, level=settings.log_level)
    container = worker.wsgi.extensions["ledgerloop"]
    # Requests make many short-lived objects; the default thresholds would cost exports half of their time.
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    if lifeline := os.environ.get("LAUNCHER_LIFELINE"):
        threading.Thread(target=_end_with_launcher, args=(int(lifeline),), daemon=True).start()
    threading.Thread(target=_warm, args=(container, worker.log), name="warm", daemon=True).start()


def _end_with_launcher(lifeline):
    """End soon after a killed launcher, so that the next start finds the port free."""
    os.read(lifeline, 1)  # returns when the launcher's end is closed
    time.sleep(ORPHAN_GRACE_S)
    os._exit(0)


def _warm(container, log):
    """Retry in the background: without a database the pages still answer and say so."""
    while True:
        try:
            return container.warm()
        except LedgerloopError as error:
            log.warning("the worker is not warm yet: %s", error)
            time.sleep(2)


def worker_exit(server, worker):
    """In the worker: its scheduler's training ends with it, and another scheduler takes over."""
    if application := getattr(worker, "wsgi", None):  # else it failed to start
        application.extensions["ledgerloop"].stop()


def child_exit(server, worker):
    """In the master: drop the worker's gauges, keep its counters."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server):
    """In the master, after the last worker."""
    if _embedded is not None:
        _embedded.stop()
    for folder in _own_metrics:
        shutil.rmtree(folder, ignore_errors=True)
