"""Recordings: kept, checked, played."""
