"""Conflicts: what lost and can be put back, and pairs that ended and can be made again."""
