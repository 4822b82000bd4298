"""The few pages that people see before the UI lets them in: whole without a script, safe with any text."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse

from interlock_platform.errors import Problem
from interlock_platform.http.navigation import is_navigation
from interlock_platform.http.problems import request_id
from interlock_platform.identity.providers import Trusted

_HERE = files("interlock_platform.identity")
STYLE = _HERE.joinpath("page.css").read_text()
_PAGE = Template(_HERE.joinpath("page.html").read_text())


def page(title: str, *parts: str, status: int = 200) -> HTMLResponse:
    """`parts` are HTML, made by the functions below."""
    response = HTMLResponse(_PAGE.substitute(title=escape(title), body="\n".join(parts)), status)
    # A form of ours has to say that it is ours: without a referrer, browsers make its Origin "null".
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def sentence(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def link(text: str, path: str, *, quiet: bool = False) -> str:
    """`quiet` is for what is offered besides."""
    return f'<p><a class="{"quiet" if quiet else "button"}" href="{escape(path)}">{escape(text)}</a></p>'


def button(text: str, path: str) -> str:
    """Does something: a form of its own."""
    return f'<form method="post" action="{escape(path)}"><button class="button">{escape(text)}</button></form>'


def choice(
    request: Request, providers: Sequence[Trusted], next_page: str, *, unknown: bool, fresh: bool
) -> HTMLResponse:
    """Which account to sign in with: by address, or by name, and then as `fresh` as was asked.

    A program is told that it has to say.
    """
    if not is_navigation(request.scope, request.headers):
        names = ", ".join(provider.id for provider in providers)
        raise Problem("choose_provider", 409, f"Say which identity provider to sign in with, as provider: {names}.")
    asked = "Nobody here knows that address. Choose the account to sign in with." if unknown else ""
    form = (
        '<form class="ask" method="get" action="/auth/login">'
        f'<input type="hidden" name="next" value="{escape(next_page)}">'
        f'<input type="hidden" name="fresh" value="{str(fresh).lower()}">'
        '<label for="address">Your e-mail address at work</label>'
        '<input id="address" name="login_hint" type="email" autocomplete="email" required maxlength="200">'
        '<button class="button">Continue</button></form>'
    )
    path = sign_in_path(next_page) + ("&fresh=true" if fresh else "")
    links = [link(f"Sign in with {each.name}", f"{path}&provider={each.id}") for each in providers]
    by_address = [form] if any(provider.domains for provider in providers) else []
    return page("Sign in", *([sentence(asked)] if asked else []), *by_address, *links)


def sign_in_path(next_page: str) -> str:
    return f"/auth/login?next={quote(next_page, safe='')}"


def refused(request: Request, problem: Problem, title: str = "You are not signed in") -> HTMLResponse:
    """A person sees a page; a program gets the problem itself, raised."""
    if not is_navigation(request.scope, request.headers):
        raise problem
    return problem_page(request, problem, title)


def problem_page(request: Request, problem: Problem, title: str, *parts: str) -> HTMLResponse:
    """The sentence, what can be done, and by what to find it in the log."""
    code = f'<p class="code">{escape(problem.code)} · {escape(request_id(request.scope) or "")}</p>'
    ways = parts or (link("Sign in again", "/auth/login"),)
    return page(title, sentence(problem.message), *ways, code, status=problem.status)
