import { request } from "@/lib/api/http";
import type { Connected } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export function disconnectServer(id: string): Promise<Connected> {
  return request<Connected>("POST", urls.disconnectServer(id));
}
