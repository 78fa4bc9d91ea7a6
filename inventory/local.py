"""This machine."""

workstations = ["@local"]
