"""The machine that the services run on: its processes, ports, memory, locks and secrets."""
