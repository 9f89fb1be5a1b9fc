"""Shifts, rosters and who serves which queue."""
