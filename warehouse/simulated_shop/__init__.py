"""What lies between the simulator and the warehouse: its commands, and landing what it makes."""
