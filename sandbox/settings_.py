"""The older name of `sandbox.switches`."""

from sandbox.switches import all_switches, clear_switches, set_switch, switch

__all__ = ["all_switches", "clear_switches", "set_switch", "switch"]
