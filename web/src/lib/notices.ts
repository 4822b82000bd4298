import { create } from "zustand";

export interface Notice {
  id: number;
  text: string;
  /** Where the notice leads. It is news then, no failure, and whoever shows it announces it. */
  to: { label: string; href: string } | null;
  /** What can be done about it here; news as well. */
  act: { label: string; run: () => void } | null;
}

let last = 0;

/** Short messages at the edge of the screen: failures that have no better place, and what waits elsewhere. */
export const useNotices = create<{ notices: Notice[] }>(() => ({ notices: [] }));

export function notify(text: string, to: Notice["to"] = null, act: Notice["act"] = null): void {
  last += 1;
  const notice = { id: last, text, to, act };
  useNotices.setState((now) => ({ notices: [...now.notices.slice(-2), notice] }));
}

export function dismiss(id: number): void {
  useNotices.setState((now) => ({ notices: now.notices.filter((notice) => notice.id !== id) }));
}

/** Takes away the notices that lead to a place that no longer needs a visit. */
export function withdraw(href: string): void {
  useNotices.setState((now) => ({ notices: now.notices.filter((notice) => notice.to?.href !== href) }));
}
