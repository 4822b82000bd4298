const ALLOWED = new Set(["http:", "https:", "mailto:"]);

export interface SafeLink {
  href: string;
  /** Where it really leads, to be shown beside whatever the text claims. */
  host: string;
}

/** A link that may be followed; null for every other scheme and for what is not absolute. */
export function safeLink(href: string): SafeLink | null {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return null;
  }
  if (!ALLOWED.has(url.protocol)) return null;
  return { href: url.href, host: url.protocol === "mailto:" ? url.pathname : url.host };
}
