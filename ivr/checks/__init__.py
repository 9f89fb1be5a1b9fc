"""Is this flow fit to meet callers? Everything that is wrong with it, with its line and in plain words. Pure."""
