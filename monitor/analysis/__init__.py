"""What counts and words of mentions say: baseline, staleness, incidents, topics. ``jobs`` runs them."""
