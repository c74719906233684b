"""Made-up states of the wall, one per file, for Vitest and the browser tests."""
