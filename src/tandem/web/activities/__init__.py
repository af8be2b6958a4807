"""The Activities settings: which activities sync, as what, by which rules."""
