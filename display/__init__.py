"""The half that shows: command line, server, pages and walls. ``app`` builds the Flask app.

Importing this package imports nothing, because every command imports something below it.
"""
