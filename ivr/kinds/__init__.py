"""Kinds of nodes: what each holds. Shapes here; what each does stands beside it in this package. Pure."""
