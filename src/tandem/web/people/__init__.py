"""Who may sign in: people, their roles and sessions, and one's own password."""
