"""What should be on a host, and how it gets there: the target state as a list of entries, the plan, the manifest of
what was put, the removal. Pure: a plan is data, and who carries it out knows no policy.

Imports: session, config, host, user_files, servers, content, entries.
"""
