"""Memory as Linux counts it (proc(5))."""

from pathlib import Path

_KIB_A_MB = 1024


def resident_mb(pid: int) -> float:
    return _status(str(pid), "VmRSS")


def peak_mb() -> float:
    """Of this process; getrusage's figure would begin with that of the process that started it."""
    return _status("self", "VmHWM")


def _status(process: str, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / _KIB_A_MB
