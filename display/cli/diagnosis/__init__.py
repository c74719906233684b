"""What ``wallflower doctor`` checks.

findings       a finding, and what all checks need
machine        disk, clock, file descriptors
data_folder    permissions, leftovers
database       integrity, version, age of the backup
configuration  config, keys, packages, host names
process        the running program, its unit, its walls, the port, the reverse proxy
"""
