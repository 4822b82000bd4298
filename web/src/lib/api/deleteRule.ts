import { command } from "./http";
import { urls } from "@/lib/urls";

export function deleteRule(id: string): Promise<void> {
  return command("DELETE", urls.policy(id));
}
