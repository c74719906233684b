"""The OpenAPI 3.1 description of what programs can read and send.

    document.py    the document; each operation is one entry of OPERATIONS
    api_operations.py, api_schemas.py  those of /api/v1, and its documents
    basic.py       parts of JSON Schema
    parameters.py  its filters, from the facets, ranges and orders of the Mentions page
    responses.py   the answers that several operations give
    schemas.py     the documents that are sent and received, where possible from the classes that check or write them

``tests/test_openapi.py`` compares it with the routes and the filters, and ``tests/attack/test_openapi.py`` with what
the program answers.
"""
