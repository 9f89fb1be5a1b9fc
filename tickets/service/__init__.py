"""Use cases of tickets, customers and pops: who may, what changes, what is told after the commit."""
