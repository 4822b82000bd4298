import { admin } from "@/lib/i18n/admin";
import type { Server, FieldError } from "@/lib/protocol";
import type { ServerBody, ServerPage, ServerScope } from "@/lib/serversProtocol";

const words = admin.servers;

/** A header by its name; its value is never part of what is kept in the browser. */
export interface HeaderDraft {
  key: string;
  name: string;
  /** The server has a value for it already. */
  kept: boolean;
}

/** A server as it is written in the form. */
export interface Draft {
  name: string;
  url: string;
  transport: "http" | "sse";
  description: string;
  icon: string;
  categories: string;
  auth: Server["auth"];
  headers: HeaderDraft[];
  scope: ServerScope;
}

export type Values = Record<string, string>;

export function newDraft(manages: boolean): Draft {
  return { name: "", url: "", transport: "http", description: "", icon: "", categories: "", auth: "none", headers: [], scope: manages ? "tenant" : "personal" };
}

export function draftOf({ server, url, headers }: ServerPage): Draft {
  return {
    name: server.name,
    url: url ?? "",
    transport: server.transport === "sse" ? "sse" : "http",
    description: server.description,
    icon: server.icon ?? "",
    categories: server.categories.join(", "),
    auth: server.auth,
    headers: headers.map((name) => ({ key: name, name, kept: true })),
    scope: server.origin === "personal" ? "personal" : "tenant",
  };
}

const listOf = (text: string) => [...new Set(text.split(",").map((each) => each.trim()).filter(Boolean))];

export function bodyOf(draft: Draft, values: Values, changes: boolean): ServerBody {
  const { name, url, transport, description, icon, categories, auth, headers, scope } = draft;
  const sent = Object.fromEntries(headers.map((header) => [header.name.trim(), values[header.key] || (header.kept ? null : "")]));
  return {
    name: name.trim(),
    description: description.trim(),
    icon: icon.trim() || null,
    categories: listOf(categories),
    transport,
    url: url.trim(),
    auth,
    ...(auth === "headers" ? { headers: sent } : {}),
    ...(changes ? {} : { scope }),
  };
}

/** Whether all that is needed to try it is in the form: a value that is kept is known to the server only. */
export function canTest(draft: Draft, values: Values): boolean {
  return draft.auth !== "headers" || draft.headers.every(({ key }) => Boolean(values[key]));
}

/** What has to be filled in before it is worth sending. */
export function missing(draft: Draft, values: Values): FieldError[] {
  const found: FieldError[] = [];
  if (!draft.name.trim()) found.push({ field: "name", message: words.missing });
  if (!draft.url.trim()) found.push({ field: "url", message: words.missing });
  else if (!/^https?:\/\/[^/]/i.test(draft.url.trim())) found.push({ field: "url", message: words.badUrl });
  if (draft.auth !== "headers") return found;
  if (draft.headers.length === 0) found.push({ field: "headers", message: words.needsHeader });
  for (const { key, name, kept } of draft.headers) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name.trim())) found.push({ field: `headers/${key}/name`, message: words.badHeader });
    if (!kept && !values[key]) found.push({ field: `headers/${key}/value`, message: words.needsValue });
  }
  return found;
}

const OWN = new Set(["name", "url", "transport", "description", "icon", "categories", "auth", "scope"]);
/** What refusals without a field are about. */
const FIELD_OF: Record<string, string> = {
  address_refused: "url",
  server_not_allowed: "url",
  server_unreachable: "url",
  name_taken: "name",
};

/** Objections by the field of the form; `""` holds what belongs to none. */
export function byField(errors: FieldError[], headers: HeaderDraft[]): Record<string, string> {
  const found: Record<string, string> = {};
  const put = (field: string, message: string) => (found[field] = found[field] ? `${found[field]} ${message}` : message);
  for (const { field, message } of errors) {
    const name = field.replaceAll(".", "/").replace(/^\/?(body\/)?/, "");
    const [first = "", second = ""] = name.split("/");
    const header = first === "headers" ? headers.find(({ key, name }) => key === second || name.trim() === second) : undefined;
    if (header) put(`headers/${header.key}/${name.endsWith("/name") ? "name" : "value"}`, message);
    else put(first === "headers" || OWN.has(first) ? first : "", message);
  }
  return found;
}

export function fieldOfCode(code: string): string {
  return FIELD_OF[code] ?? "";
}
