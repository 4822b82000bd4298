import { useSyncExternalStore } from "react";

const PREFIX = "interlock.";
const listeners = new Set<() => void>();
const cache = new Map<string, { raw: string | null; value: unknown }>();

function raw(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function load<T>(key: string): T | null {
  const text = raw(key);
  const known = cache.get(key);
  if (known && known.raw === text) return known.value as T | null;
  let value: T | null = null;
  if (text !== null) {
    try {
      value = JSON.parse(text) as T;
    } catch {
      value = null;
    }
  }
  cache.set(key, { raw: text, value });
  return value;
}

/** Keeps a value; null forgets it. A full or forbidden storage keeps it for this page only. */
export function keep(key: string, value: unknown): void {
  const text = value === null ? null : JSON.stringify(value);
  try {
    if (text === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, text);
    cache.delete(key);
  } catch {
    cache.set(key, { raw: raw(key), value });
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const other = (event: StorageEvent) => {
    if (event.key === null || event.key.startsWith(PREFIX)) listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", other);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", other);
  };
}

/** A value in localStorage, the same in every tab. */
export function useKept<T>(key: string): [T | null, (value: T | null) => void] {
  const value = useSyncExternalStore(subscribe, () => load<T>(key));
  return [value, (next) => keep(key, next)];
}
