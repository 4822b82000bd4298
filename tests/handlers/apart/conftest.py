"""The servers that connections are made to."""

from tests.mcp_servers.fixtures import asking, journal  # noqa: F401 - fixtures
