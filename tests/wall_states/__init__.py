"""One complete state of the wall per file, made up; read by Vitest, by the browser tests and by who draws."""
