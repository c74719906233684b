"""/setup: an admin changes brands, sources and walls in the config file, and begins without one."""
