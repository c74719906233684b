"""What ``wallflower init`` proposes (rules and sources), tries and writes."""
