"""Sync health: how the connection is, what is wrong, and mending it."""
