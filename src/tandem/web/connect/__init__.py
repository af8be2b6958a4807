"""Connected apps: the list, connecting both accounts, the set-up check, disconnecting."""
