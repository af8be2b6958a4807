"""Bringing over what was there before, and following the long work behind it."""
