"""Ctrl-C while many hosts are at work: whoever runs at that moment, it is the wait for them that ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import os, signal, threading, time
from claude_local_setup.engine import run
import gevent

def connection():  # as paramiko's, in a thread of its own
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        time.sleep(0)

began = time.monotonic()
jobs = [gevent.spawn(time.sleep, 4)]
thread = threading.Thread(target=connection)
gevent.spawn_later(0.1, thread.start)
try:
    with WAITING:
        gevent.joinall(jobs)
except KeyboardInterrupt:
    print("stopped", time.monotonic() - began < 3, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


@pytest.mark.parametrize(
    ("waiting", "said"), [("run.interruptible()", "stopped True True\n"), ("gevent.Timeout(9)", "")]
)
def test_it_ends_the_wait_also_where_a_connection_s_thread_would_have_it(waiting: str, said: str) -> None:
    """The second shows that it would: a thread's KeyboardInterrupt is that thread's alone."""
    words = [sys.executable, "-c", SCRIPT.replace("WAITING", waiting)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.stdout == said, done.stderr
