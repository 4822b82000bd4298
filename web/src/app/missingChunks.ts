const RELOADED = "interlock.reloaded";

async function reload(): Promise<void> {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" });
  if (!answer.ok) return;
  sessionStorage.setItem(RELOADED, "1");
  window.location.reload();
}

/** A part that a newer version has replaced cannot be loaded any more: one reload brings that version. */
export function reloadOnceForMissingChunks(): void {
  window.addEventListener("vite:preloadError", () => {
    if (sessionStorage.getItem(RELOADED)) return;
    // Where nobody answers, a reload would only take away what is on the page.
    reload().catch(() => undefined);
  });
}
