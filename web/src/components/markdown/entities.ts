const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  copy: "©",
  reg: "®",
  trade: "™",
  euro: "€",
  times: "×",
  rarr: "→",
  larr: "←",
};

function decodeOne(whole: string, body: string): string {
  if (body.startsWith("#")) {
    const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
    return Number.isFinite(code) && code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  }
  return NAMED[body] ?? whole;
}

/** The characters that entities of a markdown text stand for; React escapes them again. */
export function decodeEntities(text: string): string {
  return text.includes("&") ? text.replaceAll(/&(#x[\da-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, decodeOne) : text;
}
