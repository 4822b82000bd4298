const RELOADED = "interlock.reloaded";

/** A part that a newer version has replaced cannot be loaded any more: one reload brings that version. */
export function reloadOnceForMissingChunks(): void {
  window.addEventListener("vite:preloadError", () => {
    if (sessionStorage.getItem(RELOADED)) return;
    sessionStorage.setItem(RELOADED, "1");
    window.location.reload();
  });
}
