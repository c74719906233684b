"""Relevance: whether mentions are about their brand, as people say by a click, and as the program concludes."""
