"""What `bootstrap.py` is made of. Standard library only, readable by any Python 3.7: it works before all else does."""
