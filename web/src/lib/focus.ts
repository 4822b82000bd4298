/** Marks the element of a card whose call waits for a decision. */
export const WAITING = "data-waiting-call";
export const COMPOSER_ID = "composer";
export const HEADING_ID = "page-heading";

function reveal(element: HTMLElement): void {
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}

/** Goes to the card of a call that waits: this one, or the first on the page. */
export function focusWaiting(callId?: string): boolean {
  const selector = callId ? `[${WAITING}="${CSS.escape(callId)}"]` : `[${WAITING}]`;
  const card = document.querySelector<HTMLElement>(selector);
  if (!card) return false;
  reveal(card);
  return true;
}

/** After a decision: on to the next card that waits, else to the message box, else to the page's heading. */
export function focusAfter(callId: string): void {
  const cards = [...document.querySelectorAll<HTMLElement>(`[${WAITING}]`)];
  const next = cards.find((card) => card.getAttribute(WAITING) !== callId);
  if (next) reveal(next);
  else (document.getElementById(COMPOSER_ID) ?? document.getElementById(HEADING_ID))?.focus();
}
