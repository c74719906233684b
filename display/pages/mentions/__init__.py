"""``/mentions``: search, filter, read and export mentions."""
