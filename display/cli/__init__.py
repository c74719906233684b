"""The ``wallflower`` command: one file per command, registered in ``main``. ``wiring`` joins monitor and display."""
