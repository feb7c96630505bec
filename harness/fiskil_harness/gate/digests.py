"""Digests of a report's result and of a config.

They are not signatures: they identify no author, and a person who alters a report can compute its digest again.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from fiskil_harness.core.config import Settings

_SECRET = re.compile(r"auth|credential|key|pass|pwd|secret|token", re.IGNORECASE)


def digest(node: Any) -> str:
    """Return the SHA-256 of *node* as canonical JSON: sorted keys, no whitespace, UTF-8."""
    plain = msgspec.to_builtins(node)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def digest_of(settings: Settings) -> str:
    """Return the digest of a config. It depends neither on the path of the file nor on secrets in the app's environment.

    A short secret could be guessed from a digest, so the values of environment variables whose names suggest a secret are
    left out, unless they are templates.
    """
    plain: dict[str, Any] = msgspec.to_builtins(settings, enc_hook=_path_text)
    del plain["folder"], plain["source"]
    plain["stated_limits"] = sorted(plain["stated_limits"])
    variables = plain["app"]["env"].items()
    plain["app"]["env"] = {name: "" if _SECRET.search(name) and "{" not in value else value for name, value in variables}
    return digest(plain)


def _path_text(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is not part of a config")
