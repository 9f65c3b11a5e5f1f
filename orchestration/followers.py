"""The former place of a trigger: runs that wait since before its move ask for it here."""

from orchestration.watcher.consumer import NodeTrigger

__all__ = ["NodeTrigger"]
