"""The menu callers hear: its rules, and the session that drives one channel through them."""
