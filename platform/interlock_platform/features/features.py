"""What an organisation can do without: the one place where a feature has its name and its default."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Features:
    """What is on, of one tenant and at one moment."""

    sampling: bool = True
    """Servers may have the user's model write something, as far as the policy lets them."""
    url_questions: bool = True
    """Servers may ask people to visit an address."""
    personal_servers: bool = True
    """People may have servers of their own, as far as the organisation's word on their hosts goes."""
    own_permissions: bool = True
    """People may let tools run for themselves without being asked; who manages grants may in any case."""
    offers: bool = True
    """Resources and prompts of servers may be taken into a message."""


NAMES = tuple(field.name for field in fields(Features))
