"""/wall/pairing, which a screen shows until it is paired, and /walls, where people pair and manage screens."""
