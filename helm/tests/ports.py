"""Ports on the loopback address: free ones, for servers that are started in a moment, and those of servers that are ready."""

import http.client
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


def is_ready(port):
    """Whether a process whose health is told at this port says that it can serve."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
