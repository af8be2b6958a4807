"""What a sender trusts."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

__all__ = ["trusted"]


@lru_cache(maxsize=4)
def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities and those of *ca_file*; made when first asked for, since it takes a while."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
    return context
