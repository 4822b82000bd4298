"""The doors of the catalogue, made of what a process has open."""

from fastapi import APIRouter

from interlock_platform.policy.store import classes
from interlock_platform.tools.editing.exchange import Exchange
from interlock_platform.tools.editing.policy import ServersPolicy
from interlock_platform.tools.editing.routes import editing_routes
from interlock_platform.tools.editing.service import Editing
from interlock_platform.tools.offers.routes import offer_routes
from interlock_platform.tools.offers.service import Offers
from interlock_platform.tools.reviewing.acceptance import Acceptance
from interlock_platform.tools.reviewing.page import ServerPages
from interlock_platform.tools.reviewing.routes import reviewing_routes
from interlock_platform.tools.routes import tool_routes
from interlock_platform.tools.switches.routes import switch_routes
from interlock_platform.tools.switches.service import ThreadSwitches
from interlock_servers.resources import Resources


def all_server_routes(resources: Resources) -> tuple[APIRouter, ...]:
    """In the order in which they are to be included."""
    database, tools = resources.database, resources.tools
    editing = Editing(database, tools, resources.vault, resources.outbound, resources.queue)
    pages = ServerPages(database, tools, editing, resources.judging.usual_verdicts, classes)
    return (
        tool_routes(tools),
        offer_routes(Offers(database, tools)),
        editing_routes(editing, Exchange(database, tools, editing), ServersPolicy(database)),
        reviewing_routes(pages, Acceptance(database, tools)),
        switch_routes(ThreadSwitches(database)),
    )
