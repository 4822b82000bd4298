import type { Server } from "@/lib/protocol";
import { hasWords } from "@/lib/text";

/** Whether signing in is what the server needs before anything else. */
export function needsSignIn(server: Server): boolean {
  return server.auth === "oauth" && server.state !== "connected" && server.state !== "connecting" && server.login !== "signed_in";
}

/** Connected ones first, then those that need somebody, then the rest, each as the catalogue has them. */
export function byUse(servers: Server[]): string[] {
  const place = ({ state }: Server) => (state === "connected" || state === "connecting" ? 0 : state === "off" ? 2 : 1);
  return [...servers].toSorted((one, other) => place(one) - place(other)).map(({ id }) => id);
}

export function matching(servers: Server[], query: string, category: string): Server[] {
  return servers.filter((server) => {
    if (category && !server.categories.includes(category)) return false;
    // An id that was made up means nothing to anybody.
    const id = server.origin === "platform" ? server.id : "";
    return hasWords([server.name, id, server.description, ...server.categories].join(" "), query);
  });
}

export function categoriesOf(servers: Server[]): string[] {
  return [...new Set(servers.flatMap((server) => server.categories))].toSorted((one, other) => one.localeCompare(other));
}

/** The servers in an order that was made before; those that came later are at the end. */
export function inOrder(servers: Server[], order: string[]): Server[] {
  const place = new Map(order.map((id, index) => [id, index]));
  return [...servers].toSorted((one, other) => (place.get(one.id) ?? order.length) - (place.get(other.id) ?? order.length));
}
