"""The steps of ``wallflower init``: propose rules and sources, try the sources and write the config."""
