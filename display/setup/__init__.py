"""What ``wallflower init`` and the set-up pages do: propose rules and sources, try sources, and write the config."""
