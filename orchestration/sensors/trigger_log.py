"""Keeps the last lines that a trigger logs.

The triggerer reads what its triggers log through one socket and that they ended through another,
a few kilobytes a round. What is read after the end goes to its own log, not to that of the task
(https://github.com/apache/airflow/issues/66158 is about such lines).
"""

import asyncio

# The triggerer does not say when it has read them; on a busy machine it has within this time.
LAG_SECONDS = 2.0


async def flush_trigger_log() -> None:
    """Give the triggerer time to read what was logged, before the task is ended."""
    await asyncio.sleep(LAG_SECONDS)
