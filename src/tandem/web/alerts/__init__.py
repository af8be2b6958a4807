"""Alerts: whom to tell, what is wrong just now, and what was told."""
