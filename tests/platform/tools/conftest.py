"""The Interlock that these tests share, and its people."""

from tests.platform.place import _place, alice, bob, carol, mallory, place  # noqa: F401 - fixtures
