"""Files on this machine: which they are, and what is in them."""
