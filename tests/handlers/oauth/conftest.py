"""The servers that the steps of a sign-in are taken with."""

from tests.mcp_servers.authorization import signing_in  # noqa: F401 - a fixture
