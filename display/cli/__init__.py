"""The ``wallflower`` command: one file per command. ``main`` registers them; ``dependencies`` joins the two halves."""
