"""Boards and reports over all features."""
