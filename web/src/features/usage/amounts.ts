/** An amount of a kind in words: money with its currency, everything else as a number. */
export function amountOf(kind: string, amount: number, currency: string): string {
  return kind.startsWith("money") ? moneyOf(amount, currency) : amount.toLocaleString();
}

export function moneyOf(amount: number, currency: string): string {
  return `${amount.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 4 })} ${currency}`;
}

/** What was written as an amount; null if it is none. */
export function readAmount(text: string, kind: string): number | null {
  const given = text.trim().replace(",", ".");
  const wanted = kind.startsWith("money") ? /^\d{1,9}(\.\d{1,6})?$/ : /^\d{1,12}$/;
  return wanted.test(given) ? Number(given) : null;
}
