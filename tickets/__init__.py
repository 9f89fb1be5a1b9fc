"""Tickets and customers."""
