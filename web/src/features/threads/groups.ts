import { t } from "@/lib/i18n";
import type { Thread } from "@/lib/protocol";
import { daysAgo, monthName } from "@/lib/times";

function label(thread: Thread): string {
  const days = daysAgo(thread.updated_at);
  if (days <= 0) return t.threads.today;
  if (days === 1) return t.threads.yesterday;
  return days <= 7 ? t.threads.week : monthName(thread.updated_at);
}

/** Threads by the day of their last activity, in the order in which they come. */
export function byDay(threads: Thread[]): [string, Thread[]][] {
  const groups = new Map<string, Thread[]>();
  for (const thread of threads) {
    const name = label(thread);
    groups.set(name, [...(groups.get(name) ?? []), thread]);
  }
  return [...groups];
}
