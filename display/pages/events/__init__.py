"""/events: programs that are told what happens in a view."""
