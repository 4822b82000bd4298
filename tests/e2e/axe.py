"""What axe finds wrong with a page as it is shown at the moment."""

from importlib.resources import files

from playwright.async_api import Page

_SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A colour half-way through a transition is not the page's.
_RUN = """async tags => {
    const passing = document.getAnimations().filter(it => it.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map(animation => animation.finished));
    const results = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
    return results.violations.flatMap(({id, help, nodes}) =>
        nodes.map(node => `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary}`));
}"""


async def violations(page: Page) -> list[str]:
    """One line for each element that breaks a rule."""
    # Evaluated, not added as a script: the page's policy allows none but its own.
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_SOURCE)
    found: list[str] = await page.evaluate(_RUN, _TAGS)
    return found
