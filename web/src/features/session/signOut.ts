import { command } from "@/lib/api/http";
import { pages, urls } from "@/lib/urls";

export async function signOut(): Promise<void> {
  await command("POST", urls.logout);
  window.location.assign(pages.home);
}
