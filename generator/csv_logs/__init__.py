"""How the logs are written: lines as CSV, keys, words, and what goes wrong with some of them."""
