"""The former place of a trigger: runs that wait since before its move ask for it here."""

from orchestration.sensors.file_arrival import ArrivalsTrigger

__all__ = ["ArrivalsTrigger"]
