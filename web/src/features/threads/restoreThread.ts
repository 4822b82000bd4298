import { request } from "@/lib/api/http";
import type { Thread } from "@/lib/threadsProtocol";
import { urls } from "@/lib/urls";

/** Brings back a thread that was deleted a moment ago. */
export function restoreThread(id: string): Promise<Thread> {
  return request<Thread>("POST", urls.restoreThread(id));
}
