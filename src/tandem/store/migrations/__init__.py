"""The steps from an empty database to the present tables; forward only."""

from __future__ import annotations

__all__ = ["HEAD"]

HEAD = "0012"
"""The revision this program works with; known without loading the migrations."""
