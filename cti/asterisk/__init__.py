"""The edge to Asterisk: the AMI link, its two translation tables, and the embedded switch."""
