import { request } from "@/lib/api/http";
import type { Thread } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export function renameThread(id: string, title: string): Promise<Thread> {
  return request<Thread>("PATCH", urls.thread(id), { title });
}
