const TOLERATED_MS = 2000;
let skew = 0;

/** Learns from an answer's Date header how far this machine's clock is off. */
export function noteServerTime(header: string | null): void {
  const server = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(server)) return;
  const difference = server - Date.now();
  skew = Math.abs(difference) > TOLERATED_MS ? difference : 0;
}

/** What the server's clock shows when this one shows `local`. */
export function serverTime(local: number): number {
  return local + skew;
}
