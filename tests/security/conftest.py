from tests.platform.place import _place, alice, bob, carol, dave, mallory, place  # noqa: F401 - fixtures
