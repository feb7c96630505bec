"""Hypothesis without traces: it leaves no file in the user's folder, and generates values from the seed alone."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Redirect the files of Hypothesis, and of libraries built on it, to a temporary folder inside the block.

    Inside the block Hypothesis also draws no constants from the source code of modules that are loaded. They would make the
    generated values depend on how the harness is installed, and reading them takes seconds.
    """
    from hypothesis import configuration
    from hypothesis.internal.cache import LRUCache
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    before = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-") as folder:
        configuration.set_hypothesis_home_dir(Path(folder))
        try:
            # No setting of Hypothesis switches its constants off, and it remembers those that it found.
            with mock.patch.multiple(providers, _get_local_constants=Constants, CONSTANTS_CACHE=LRUCache(1024)):
                yield
        finally:
            configuration.set_hypothesis_home_dir(before)
