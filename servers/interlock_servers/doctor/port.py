"""Whether a port is free."""

import errno
import socket


def port_is_free(host: str, port_number: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port_number))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True
