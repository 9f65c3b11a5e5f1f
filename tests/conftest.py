"""What holds for every test."""

import signal

# Started in the background of a script, a program ignores Ctrl-C, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
