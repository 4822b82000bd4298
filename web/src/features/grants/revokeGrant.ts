import { command } from "@/lib/api/http";
import { urls } from "@/lib/urls";

export function revokeGrant(id: string): Promise<void> {
  return command("DELETE", urls.grant(id));
}
