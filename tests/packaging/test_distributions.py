"""``make dist`` builds a wheel and an sdist that pass twine's checks, and the same bytes from one commit."""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.packaging.programs import run
from tests.paths import ROOT

EPOCH_WITHOUT_GIT = "1577836800"
STAMPS = (".python", ".installed", ".installed-dev")


def build(checkout: Path, folder: Path, **variables: str) -> tuple[dict[str, str], str]:
    """Run ``make dist`` with the packages of the tests; return the SHA-256 of each file by name, and the output."""
    folder.mkdir()
    for stamp in STAMPS:
        (folder / stamp).touch()
    places = [f"VENV={folder}", f"BIN={Path(sys.executable).parent}", f"DIST={folder / 'dist'}"]
    output = run(["make", "--no-print-directory", "dist", *places], cwd=checkout, **variables)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "dist").iterdir()}, output


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack *sdist* into *folder*, without the metadata that a build adds to it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    checkout = folder / sdist.name.removesuffix(".tar.gz")
    (checkout / "PKG-INFO").unlink()
    return checkout


@pytest.mark.long
@pytest.mark.slow
def test_the_build_is_reproducible(tmp_path: Path) -> None:
    """The checkout, and its sdist in another folder without git, give the same wheel and sdist, which twine accepts."""
    digests, output = build(ROOT, tmp_path / "first", SOURCE_DATE_EPOCH=EPOCH_WITHOUT_GIT)
    sdist = next((tmp_path / "first" / "dist").glob("*.tar.gz"))

    again, _ = build(unpack(sdist, tmp_path), tmp_path / "second")

    assert again == digests
    assert len(digests) == output.count("PASSED") == 2
    assert all(f"--hash=sha256:{digest}" in output for digest in digests.values())


def test_the_time_of_files_is_that_of_the_last_commit() -> None:
    """A build of the same commit on another day gives the same bytes."""
    commit = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)

    recipe = run(["make", "--no-print-directory", "--dry-run", "dist"], cwd=ROOT)

    assert f"SOURCE_DATE_EPOCH={commit.stdout.strip()} " in recipe
