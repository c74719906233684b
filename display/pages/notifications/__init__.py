"""/notifications: channels, views that notify, built-in alerts, and what was sent, held or refused."""
