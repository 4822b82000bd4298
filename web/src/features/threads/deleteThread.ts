import { command } from "@/lib/api/http";
import { urls } from "@/lib/urls";

export function deleteThread(id: string): Promise<void> {
  return command("DELETE", urls.thread(id));
}
