"""Where Hypothesis keeps files of its own while it draws for us: in a folder that goes, and not where the user works."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def files_elsewhere() -> Iterator[None]:
    """Keep Hypothesis, and whatever is built on it, from leaving a folder where the user works."""
    from hypothesis import configuration

    before = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-") as folder:
        configuration.set_hypothesis_home_dir(Path(folder))
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
