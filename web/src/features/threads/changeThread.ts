import { request } from "@/lib/api/http";
import type { Thread } from "@/lib/threadsProtocol";
import { urls } from "@/lib/urls";

export type ThreadChanges = Partial<Pick<Thread, "title" | "pinned" | "archived">>;

export function changeThread(id: string, changes: ThreadChanges): Promise<Thread> {
  return request<Thread>("PATCH", urls.thread(id), changes);
}
