"""The command: ``wallflower``, or ``python -m wallflower``."""
