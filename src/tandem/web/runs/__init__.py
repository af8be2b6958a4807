"""Runs with their counts, and the page of one record: why it is where it is."""
