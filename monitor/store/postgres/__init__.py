"""The PostgreSQL engine.

location, errors   where the database is, and why it cannot be used
translation        shared SQL as PostgreSQL reads it
connections        what runs it; the pool of connections that read
search, functions  search expressions as ``tsquery``; the functions of the schema
schema             the tables (``tables.sql``), and what is checked before a database is used
"""
