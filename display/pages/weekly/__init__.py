"""/monday: the weekly report as a page, a file and a PDF."""
