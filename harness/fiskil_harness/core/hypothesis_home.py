"""Hypothesis without traces: it leaves no file in the user's folder, and generates values from the seed alone."""

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Redirect the files of Hypothesis, and of libraries built on it, to a temporary folder inside the block.

    Inside the block Hypothesis also draws no constants from the source code of modules that are loaded. They would make the
    generated values depend on how the harness is installed, and reading them takes seconds.
    """
    from hypothesis import configuration

    before = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-") as folder:
        configuration.set_hypothesis_home_dir(Path(folder))
        try:
            with _without_constants():
                yield
        finally:
            configuration.set_hypothesis_home_dir(before)


def _without_constants() -> AbstractContextManager[object]:
    """Return a context without the constants, which no setting of Hypothesis switches off, and which it remembers.

    These names are internal. A version of Hypothesis without them works as well, and draws constants.
    """
    try:
        from hypothesis.internal.cache import LRUCache
        from hypothesis.internal.conjecture import providers
        from hypothesis.internal.constants_ast import Constants
    except ImportError:
        return contextlib.nullcontext()
    return mock.patch.multiple(providers, create=True, _get_local_constants=Constants, CONSTANTS_CACHE=LRUCache(1024))
