import { t } from "@/lib/i18n";
import type { Thread } from "@/lib/threadsProtocol";
import { daysAgo, monthName } from "@/lib/times";

function label(thread: Thread): string {
  if (thread.pinned) return t.threads.pinned;
  const days = daysAgo(thread.updated_at);
  if (days <= 0) return t.threads.today;
  if (days === 1) return t.threads.yesterday;
  return days <= 7 ? t.threads.week : monthName(thread.updated_at);
}

/** Pinned threads, then the others by the day of their last activity, in the order in which they come. */
export function byDay(threads: Thread[]): [string, Thread[]][] {
  const groups = new Map<string, Thread[]>([[t.threads.pinned, []]]);
  for (const thread of threads) {
    const name = label(thread);
    groups.set(name, [...(groups.get(name) ?? []), thread]);
  }
  return [...groups].filter(([, group]) => group.length > 0);
}
