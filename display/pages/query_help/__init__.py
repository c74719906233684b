"""/help/query: how to write a query."""
