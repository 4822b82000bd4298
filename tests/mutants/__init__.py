"""Mutation testing of the gate: each small mistake that could be made in it has to be noticed by a test."""
