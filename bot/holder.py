"""Who holds a lease: a process, named by its host, its number there and a token that no other process has."""

import os
import secrets
import socket


def new_holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(holder: str, ours: str) -> bool:
    """Whether the process that held this has surely ended. Of another host's processes nothing can be said here."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    our_host, _, our_number = ours.rpartition(":")[0].rpartition(":")
    if holder == ours or host != our_host or not rest.isdecimal():
        return False
    return rest == our_number or not _is_alive(int(rest))


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True
