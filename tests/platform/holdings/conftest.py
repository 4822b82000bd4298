from tests.mcp_servers.fixtures import whole  # noqa: F401 - a fixture
from tests.platform.place import _place, alice, bob, carol, dave, mallory, place  # noqa: F401 - fixtures
