"""A temporary folder for the files of Hypothesis, so that nothing is left in the user's folder."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def files_elsewhere() -> Iterator[None]:
    """Redirect the files of Hypothesis, and of libraries built on it, to a temporary folder inside the block."""
    from hypothesis import configuration

    before = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-") as folder:
        configuration.set_hypothesis_home_dir(Path(folder))
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
