import { request } from "@/lib/api/http";
import type { Thread } from "@/lib/protocol";
import { urls } from "@/lib/urls";

const LONGEST = 60;

/** A title made from the first message: its first line, cut at a word. */
export function titleOf(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line.length <= LONGEST) return line;
  const cut = line.slice(0, LONGEST);
  const space = cut.lastIndexOf(" ");
  return `${space > LONGEST / 2 ? cut.slice(0, space) : cut}…`;
}

export function createThread(text: string): Promise<Thread> {
  return request<Thread>("POST", urls.newThread, { title: titleOf(text) });
}
