"""Coming in: the first administrator, invitations, new passwords, signing in and out."""
