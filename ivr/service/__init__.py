"""Use cases of flows, prompts, messages and callbacks: who may, what changes, what is in force after the commit."""
