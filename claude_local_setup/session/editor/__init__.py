"""Editors: their lock files, and the relay that lets only listed calls through to one.

Imports: linux, values, network.
"""
