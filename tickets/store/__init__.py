"""Rows of customers, tickets and pops. What leaves here is a frozen struct."""
