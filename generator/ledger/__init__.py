"""The truth ledger: what the shop did, and what can be known of it from the lines landed so far.

Two readings are kept of everything. `intended` is what the shop did. `observable` is what the lines
landed up to a date show: malformed lines are gone, late ones not yet there, clocks wrong. Marts
must equal `observable`; the difference between the two is the price of dirt. Both come from the
simulator's own state: neither its CSV nor any SQL is read.
"""
