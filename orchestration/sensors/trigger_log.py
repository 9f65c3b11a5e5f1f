"""Keeps the last lines that a trigger logs.

The triggerer reads what its triggers log through one socket and that they ended through another,
a few kilobytes a round. What is read after the end goes to its own log, not to that of the task
(https://github.com/apache/airflow/issues/66158 tells of such lines).
"""

import asyncio

# Nobody is told when it has read them; on a busy machine it is done within this time.
LAG_SECONDS = 2.0


async def let_it_be_read() -> None:
    """Give the triggerer time to read what was logged, before the task is ended."""
    await asyncio.sleep(LAG_SECONDS)
