"""Analysis of mention counts and texts: baseline, staleness, incidents, topics. ``jobs`` runs it on the store."""
