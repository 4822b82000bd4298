"""Who looks on is known as long as one of their sockets is open, tenant by tenant."""

from uuid import uuid4

from interlock_platform.realtime.presence import Presence

ACME, GLOBEX = uuid4(), uuid4()
ALICE, BOB = uuid4(), uuid4()


def test_a_person_is_here_once_until_the_last_socket_closes() -> None:
    presence = Presence()
    presence.enter("first", ACME, ALICE)
    presence.enter("second", ACME, ALICE)
    assert presence.users_of(ACME) == (ALICE,)
    presence.leave("first")
    assert presence.users_of(ACME) == (ALICE,)
    presence.leave("second")
    assert presence.users_of(ACME) == ()


def test_people_come_and_go_by_themselves() -> None:
    presence = Presence()
    presence.enter("a", ACME, ALICE)
    presence.enter("b", ACME, BOB)
    assert presence.users_of(ACME) == (ALICE, BOB)
    presence.leave("a")
    assert presence.users_of(ACME) == (BOB,)
    presence.enter("a", ACME, ALICE)
    assert presence.users_of(ACME) == (BOB, ALICE)


def test_tenants_do_not_see_each_other() -> None:
    presence = Presence()
    presence.enter("a", ACME, ALICE)
    presence.enter("b", GLOBEX, BOB)
    assert (presence.users_of(ACME), presence.users_of(GLOBEX)) == ((ALICE,), (BOB,))
    presence.leave("a")
    assert (presence.users_of(ACME), presence.users_of(GLOBEX)) == ((), (BOB,))
    assert presence.users_of(uuid4()) == ()


def test_a_socket_that_never_entered_leaves_nothing_behind() -> None:
    presence = Presence()
    presence.leave("never")
    presence.enter("a", ACME, ALICE)
    presence.leave("never")
    presence.leave("a")
    presence.leave("a")
    assert presence.users_of(ACME) == ()
