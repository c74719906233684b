"""What ``wallflower init`` proposes: rules, sources and the file it writes."""
