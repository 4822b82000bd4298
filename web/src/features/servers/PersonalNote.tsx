import { admin } from "@/lib/i18n/admin";
import { useServersPolicy } from "./getServersPolicy";

const words = admin.servers;

/** Where servers of one's own may be, before an address is refused. */
export function PersonalNote() {
  const policy = useServersPolicy().data;
  if (!policy || policy.personal === "any") return null;
  const note = policy.personal === "catalogue" ? words.personalClosed : policy.hosts.length > 0 ? words.personalHosts(policy.hosts.join(", ")) : words.personalNoHost;
  return <p className="rounded-xl border border-line bg-sunk px-3 py-2 text-sm wrap-anywhere">{note}</p>;
}
