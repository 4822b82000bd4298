/** Marks the element of a card whose call waits for a decision. */
export const WAITING = "data-waiting-call";
export const COMPOSER_ID = "composer";
export const HEADING_ID = "page-heading";

function reveal(element: HTMLElement): void {
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}

function waitingCard(callId?: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(callId ? `[${WAITING}="${CSS.escape(callId)}"]` : `[${WAITING}]`);
}

/** Goes to the card of a call that waits: this one, or the first on the page. */
export function focusWaiting(callId?: string): boolean {
  const card = waitingCard(callId);
  if (!card) return false;
  reveal(card);
  return true;
}

/** Gives the focus to a card that has just appeared, if nothing has it; what the reader sees stays where it is. */
export function offerFocus(callId: string): void {
  if (document.activeElement === document.body) waitingCard(callId)?.focus({ preventScroll: true });
}

/** After a decision: on to the next card that waits, else to the message box, else to the page's heading. */
export function focusAfter(callId: string): void {
  const cards = [...document.querySelectorAll<HTMLElement>(`[${WAITING}]`)];
  const next = cards.find((card) => card.getAttribute(WAITING) !== callId);
  if (next) reveal(next);
  else (document.getElementById(COMPOSER_ID) ?? document.getElementById(HEADING_ID))?.focus();
}
