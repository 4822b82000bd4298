import { request } from "@/lib/api/http";
import type { Thread } from "@/lib/threadsProtocol";
import { urls } from "@/lib/urls";

/** A thread without a title: the server makes one from the first message. */
export function createThread(): Promise<Thread> {
  return request<Thread>("POST", urls.newThread, {});
}
