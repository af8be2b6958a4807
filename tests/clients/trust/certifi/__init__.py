"""
Stands before the certifi of a program that always trusts certifi's list, whatever the environment says.

Such a program then trusts the authorities in REQUESTS_CA_BUNDLE, as others do by themselves.
"""

import os
from pathlib import Path


def where() -> str:
    """The file with the authorities."""
    return os.environ["REQUESTS_CA_BUNDLE"]


def contents() -> str:
    """Their certificates."""
    return Path(where()).read_text(encoding="ascii")
