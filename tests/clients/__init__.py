"""The vendors' own clients, unmodified, against the sandbox: docs/clients.md says what each does."""
