"""The modules whose SQL every engine runs. Each query exists once, here or in the package of one engine.

    connection    the protocol of a connection, and the dialect
    store_part    what the parts of a store have in common      units    times and scores as they are stored

They import neither ``sqlite3`` nor the package of an engine, and take a ``connection.Connection``. Their SQL is written
for SQLite with the words that PostgreSQL has too:

- Parameters are ``?``, ``?1`` or ``:name``. An integer parameter is a bigint, a string is text, a boolean is 0 or 1.
- What only guides SQLite's planner is written as before: ``INDEXED BY``, ``NOT INDEXED``, and ``a CROSS JOIN b ON ...``
  for a fixed order. The other engine leaves these words out. A join without a condition is a comma.
- ``IS ?`` and ``IS NOT ?`` may be written before a parameter. Two columns are compared by ``CASE`` or ``coalesce``.
- A list of ids is a JSON parameter: ``id IN (SELECT value FROM json_each(?))``, or ``FROM json_each(?) wanted`` in a
  join. A list of texts is ``json_each(?, '$')``, which SQLite treats alike and PostgreSQL reads as texts.
- ``mention_fts MATCH ?`` takes an expression of ``query.fts``, and ``mention_fts.rowid`` is the id of the mention.
- ``max(a, b)``, ``min(a, b)`` of two integers, and ``iif(condition, a, b)`` exist in both.
- ``coalesce`` instead of ``ifnull``; ``count(*) FILTER (WHERE ...)`` instead of the sum of a condition.
- Flags are integers: ``active <> 0`` and ``ended = 0``, never ``active`` or ``NOT ended`` alone. A condition in a list
  of results may be a boolean: Python's ``bool()`` reads it. To store one, write ``iif(condition, 1, 0)``.
- ``ON CONFLICT DO NOTHING``, or ``ON CONFLICT (columns) DO UPDATE``; never ``OR REPLACE`` or ``OR IGNORE``.
  In ``DO UPDATE SET n = n + 1`` write ``n = tries.n + 1``, the table's name before the old value.
- The id of an inserted row is read by ``RETURNING id`` (``inserted_id``), never from ``lastrowid``. A conflict is found
  by ``DO NOTHING`` and a missing row, never by an exception, after which PostgreSQL refuses the rest of a transaction.
- ``ORDER BY`` a column that may be NULL says ``NULLS FIRST`` or ``NULLS LAST``. Text sorts by its bytes; regardless of
  case it is ``lower(name)``, never ``COLLATE NOCASE``. ``LIKE`` is written ``lower(name) LIKE lower(?)``.
- Each column of a ``SELECT`` with ``GROUP BY`` is grouped by or an aggregate. ``SELECT DISTINCT`` is sorted by a column
  of its results. A subquery in ``FROM`` has a name.
- The columns ``"left"`` and ``"window"`` are quoted. A cast to an integer is ``CAST(x AS BIGINT)``.
- ``LIMIT`` is never negative: a number as large as ``units.MAX_MS`` is no limit.
- What no spelling has in common is an attribute of ``db.dialect``.
"""
