"""Undoing imports (撤销导入), by kind: what may be taken back, what somebody has built on, and the entries back."""
