"""The ``wallflower`` command: one file per command. ``main`` registers them; ``dependencies`` builds what they use."""
