"""A model server for a machine that has none: what the machine is fit for, which program and model, how it runs. Pure.

Imports: session, config, host.
"""
