"""Addresses of older API versions that a Singer tap and other old clients still read."""

from tandem.sandbox.hubspot.http import Spec

SPECS: list[Spec] = []
