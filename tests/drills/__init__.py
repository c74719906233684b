"""Drills: what only a whole machine shows, or takes minutes. `make drills` runs them; `make test` does not."""
