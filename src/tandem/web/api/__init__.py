"""The JSON API: the same operations as the pages and commands, for programs; described by OpenAPI."""
