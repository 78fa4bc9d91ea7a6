"""What `verify` checks, an area a file: each check reads what was found and tried, and gives a problem and a remedy, or
nothing. And the report that holds what came of it on a host.

Imports: session, config, host, user_files, content, entries, state.
"""
