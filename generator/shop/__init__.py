"""Who exists in the simulated shop, and what happens there."""
