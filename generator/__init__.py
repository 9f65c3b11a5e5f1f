"""The shop simulator: a plan becomes CSV logs, and a ledger of what they should contain."""
