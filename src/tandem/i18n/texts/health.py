"""Texts."""

TEXTS: dict[str, tuple[str, str]] = {}
