"""The former place of a trigger: runs that wait since before its move ask for it here."""

from orchestration.sensors.exclusive_run import TurnTrigger

__all__ = ["TurnTrigger"]
