"""/check: twenty mentions at random, for people to judge; /check/results: how often we were wrong."""
