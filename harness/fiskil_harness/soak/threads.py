"""Pools of threads that Ctrl-C ends at once."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor


@contextlib.contextmanager
def pool_of(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of *threads*.

    After an error or Ctrl-C in the block, waiting calls are dropped, and calls in progress are not waited for. An executor's
    own context manager would first perform every waiting call.
    """
    pool = ThreadPoolExecutor(threads)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
