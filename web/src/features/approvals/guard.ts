const QUIET_MS = 400;
let quietUntil = 0;

/** Something appeared or moved: a click or key that was meant for something else must not decide. */
export function settle(): void {
  quietUntil = performance.now() + QUIET_MS;
}

export function isQuiet(): boolean {
  return performance.now() < quietUntil;
}
