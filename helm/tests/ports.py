"""Free ports on the loopback address, for servers that are started in a moment."""

import random
import socket


def free_port(more=0):
    """One with so many more free ones right behind it; below those that the kernel takes for outgoing connections."""
    for _ in range(1000):
        first = random.randrange(10_000, 12_000)
        try:
            for port in range(first, first + more + 1):
                with socket.socket() as taken:
                    taken.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise OSError("no free port between 10000 and 12000")
