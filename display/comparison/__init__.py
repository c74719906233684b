"""A comparison of brands or of two times, in words: for the page, the file and other programs.

reading   reads a ``Comparison`` for a config, with the gaps that the health of sources adds
sentence  one sentence that a person could say aloud
notes     what was not read, which rules changed, and how far the sides can be compared
"""
