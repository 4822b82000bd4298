import { create } from "zustand";

export interface Notice {
  id: number;
  text: string;
}

let last = 0;

/** Short messages at the edge of the screen, for failures that have no better place. */
export const useNotices = create<{ notices: Notice[] }>(() => ({ notices: [] }));

export function notify(text: string): void {
  last += 1;
  const notice = { id: last, text };
  useNotices.setState((now) => ({ notices: [...now.notices.slice(-2), notice] }));
}

export function dismiss(id: number): void {
  useNotices.setState((now) => ({ notices: now.notices.filter((notice) => notice.id !== id) }));
}
