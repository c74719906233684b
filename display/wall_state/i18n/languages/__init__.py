"""One file per language of the wall, named by its ISO 639-1 code; it defines ``PHRASES``.

To add a language, copy ``en.py`` and translate it, as CONTRIBUTING.md describes. Config, page and tests find the files
by themselves.
"""
