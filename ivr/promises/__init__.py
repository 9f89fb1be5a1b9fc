"""Calls back that were promised, from the promise to the talk."""
