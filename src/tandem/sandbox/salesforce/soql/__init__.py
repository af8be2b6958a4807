"""SOQL: the statement a client sends, what it means, and the records it yields."""
