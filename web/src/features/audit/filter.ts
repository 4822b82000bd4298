import type { Filter } from "./getRecord";

export const FIELDS = ["actor", "action", "target", "from", "to"] as const;

/** A moment as the browser's own field writes it, in local time: 2026-11-21T09:30. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (iso === "" || Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function isoTime(local: string): string {
  const time = new Date(local);
  return local === "" || Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

export function filterOf(search: URLSearchParams): Filter {
  const read = (field: string) => search.get(field) ?? "";
  return { actor: read("actor"), action: read("action"), target: read("target"), from: read("from"), to: read("to") };
}

export function searchOf(filter: Filter): URLSearchParams {
  return new URLSearchParams(FIELDS.flatMap((field) => (filter[field].trim() ? [[field, filter[field].trim()]] : [])));
}
