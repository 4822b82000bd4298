"""The Interlock that these tests share, its people, and servers that ask."""

from tests.mcp_servers.fixtures import asking, whole  # noqa: F401 - a fixture
from tests.mcp_servers.scripted import scripted  # noqa: F401 - a fixture
from tests.platform.place import _place, alice, bob, carol, mallory, place  # noqa: F401 - fixtures
