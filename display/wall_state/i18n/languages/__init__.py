"""One file per language of the wall, named by its ISO 639-1 code; it defines ``PHRASES``.

To add a language, copy ``en.py`` and translate it. Nothing else lists the languages: the config, the page and the tests
take them from the files that are here.
"""
