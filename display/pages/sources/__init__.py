"""``/sources``: the state of each source, wall and of the program."""
