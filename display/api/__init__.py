"""/api/v1: mentions and their figures for programs, and actions for tokens that may act.

views.py      the addresses that read; each is one function of ``answers.py``, which knows nothing of Flask
answers.py    the documents; every figure comes from the function that the page of the same figure uses
comparison.py the document of a comparison
rule_preview.py the document of what another rule would find
documents.py  parts of documents: mentions with evidence, gaps, bins
coverage      which sources were not read when: ``display/pages/coverage.py``, by which the chart is hatched
cursors.py    pages of a list
streams.py    everything that a filter finds, as NDJSON
actions.py    the addresses that act
rate_limit.py how many requests a token may send
reference.py  /api, a page made from the OpenAPI document
"""
