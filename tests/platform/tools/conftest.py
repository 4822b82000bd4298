"""The Interlock that these tests share, and its people; a server that obeys."""

from tests.mcp_servers.scripted import scripted  # noqa: F401 - a fixture
from tests.platform.place import _place, alice, bob, carol, mallory, place  # noqa: F401 - fixtures
