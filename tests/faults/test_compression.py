"""Faults of compression: as values, and what a socket and a plain client see of them."""

import gzip
import zlib

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, PATH, REPLY, ROUTE, hear, told

GZIP = (b"content-encoding", b"gzip")


def test_gzip_lie_changes_nothing_but_a_word() -> None:
    """The body is as it was."""
    changed = faults.GzipLie().change_response(REPLY, told())

    assert (changed.headers, changed.body) == ((*REPLY.headers, GZIP), BODY)


def test_gzip_bomb_is_small_on_the_wire() -> None:
    """A thousandth of what it becomes, and good JSON when it has become that."""
    bomb = faults.GzipBomb(size_bytes=1_000_000).change_response(REPLY, told())

    assert len(bomb.body) < 2_000
    assert bomb.header(b"content-length") == b"%d" % len(bomb.body)
    assert len(gzip.decompress(bomb.body)) == 1_000_000
    assert msgspec.json.decode(gzip.decompress(bomb.body)) == msgspec.json.decode(BODY)


def test_gzip_truncated_ends_early_at_its_announced_length() -> None:
    """HTTP is content, and the packed body breaks off."""
    cut = faults.GzipTruncated(keep_percent=50).change_response(REPLY, told())

    whole = gzip.compress(BODY, mtime=0)
    assert cut.body == whole[: len(whole) // 2]
    assert cut.header(b"content-length") == b"%d" % len(cut.body)


@pytest.mark.parametrize(
    "fault", [faults.GzipLie(), faults.GzipBomb(), faults.GzipTruncated()], ids=lambda value: value.ids[0]
)
def test_nothing_to_pack_is_no_bite(fault: faults.AnyFault) -> None:
    """The same answer, where there is no body or it is packed already."""
    empty, packed = REPLY.with_body(b""), REPLY.with_header(*GZIP)

    assert (fault.change_response(empty, told()), fault.change_response(packed, told())) == (empty, packed)


def test_a_socket_reads_plain_bytes_under_a_false_name(fiskil: LocalFiskil) -> None:
    """One header more."""
    plain = hear(fiskil)

    heard = hear(fiskil, faults.GzipLie())

    assert heard.data.replace(b"content-encoding: gzip\r\n", b"") == plain.data
    assert len(heard.data) > len(plain.data)


def test_a_socket_reads_a_packed_body_that_breaks_off(fiskil: LocalFiskil) -> None:
    """What came can be unpacked so far, and it is the begin."""
    plain = hear(fiskil)

    heard = hear(fiskil, faults.GzipTruncated(keep_percent=80))

    unpacked = zlib.decompressobj(wbits=31).decompress(heard.body)
    assert 0 < len(unpacked) < len(plain.body)
    assert plain.body.startswith(unpacked)


def test_httpx_cannot_decode_a_lie(fiskil: LocalFiskil) -> None:
    """It says so."""
    with fiskil.broken(ROUTE, faults.GzipLie()), pytest.raises(httpx.DecodingError):
        httpx.get(fiskil.api_url + PATH, trust_env=False)


def test_httpx_takes_what_is_left_of_a_packed_body(fiskil: LocalFiskil) -> None:
    """Only the JSON tells that something is missing."""
    with fiskil.broken(ROUTE, faults.GzipTruncated(keep_percent=80)):
        answer = httpx.get(fiskil.api_url + PATH, trust_env=False)

    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


def test_httpx_unpacks_a_bomb(fiskil: LocalFiskil) -> None:
    """All of it, for it knows no limit."""
    with fiskil.broken(ROUTE, faults.GzipBomb(size_bytes=1_000_000)):
        answer = httpx.get(fiskil.api_url + PATH, trust_env=False)

    assert len(answer.content) == 1_000_000
    assert answer.json() == httpx.get(fiskil.api_url + PATH, trust_env=False).json()


SENSELESS = [
    (faults.GzipBomb(size_bytes=10), "size_bytes"),
    (faults.GzipBomb(size_bytes=10_000_001), "size_bytes"),
    (faults.GzipTruncated(keep_percent=100), "keep_percent must be a whole number, from 1 to 99, got 100"),
]


@pytest.mark.parametrize(
    ("fault", "words"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_size_that_breaks_nothing_is_refused(fault: faults.AnyFault, words: str) -> None:
    """Before anything is asked, and so is one that could harm more than the app."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
