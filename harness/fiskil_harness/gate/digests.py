"""Digests of what a report says and of what it was made with, so that somebody can tell whether it was altered later.

They are no signature: who alters a report can compute them anew. Keep the seal elsewhere, and that shows too.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.config import Settings

_SECRET = re.compile(r"auth|credential|key|pass|pwd|secret|token", re.IGNORECASE)


class Digests(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """sha256 of the ``evidence`` (the report's ``result``), of the ``config`` without secrets, and of what is ``shown``.

    ``harness`` is the version that made the report, ``seed`` the run's. ``seal`` is the digest of all of these together.
    Equal seeds give equal ``evidence``.
    """

    evidence: str = ""
    config: str = ""
    excerpts: str = ""
    harness: str = ""
    seed: int = 0
    seal: str = ""


def digest(node: Any) -> str:
    """The sha256 of *node* as canonical JSON: keys sorted, no blanks, UTF-8."""
    plain = msgspec.to_builtins(node)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def digest_of(settings: Settings) -> str:
    """The digest of a config. Where it lies does not count, nor do values of the app's environment that may be secrets.

    Short secrets could be guessed from a digest, so a value whose name speaks of one is left out, unless it is a template.
    """
    plain: dict[str, Any] = msgspec.to_builtins(settings, enc_hook=_plain)
    del plain["folder"], plain["source"]
    plain["stated_limits"] = sorted(plain["stated_limits"])
    told = plain["app"]["env"].items()
    plain["app"]["env"] = {name: "" if _SECRET.search(name) and "{" not in value else value for name, value in told}
    return digest(plain)


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is not part of a config")
