"""`python -m interlock_servers` is the command line."""

from interlock_servers.cli import main

main()
