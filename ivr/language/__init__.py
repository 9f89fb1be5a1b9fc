"""What a flow means: actions and facts, one step, values read out, a call that is only thought. Pure."""
