import { useQueries } from "@tanstack/react-query";
import { request, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Server } from "@/lib/protocol";
import { serverUrls } from "@/lib/serverUrls";
import { visible } from "@/lib/text";

/** What opened the list: `@` resources, `/` prompts. */
export type OfferKind = "resources" | "prompts";

export interface PromptArgument {
  name: string;
  title: string | null;
  description: string | null;
  required: boolean;
}

/** A resource or a prompt of a connected server; `id` is its address, or its name. */
export interface Offer {
  server: Server;
  id: string;
  title: string;
  description: string | null;
  arguments: PromptArgument[];
}

interface Listed {
  resources?: { uri: string; name: string; title: string | null; description: string | null }[];
  prompts?: { name: string; title: string | null; description: string | null; arguments: PromptArgument[] }[];
}

function offersOf(server: Server, { resources = [], prompts = [] }: Listed): Offer[] {
  return [
    ...resources.map(({ uri, name, title, description }) => ({ server, id: uri, title: title ?? name, description, arguments: [] })),
    ...prompts.map((prompt) => ({ ...prompt, server, id: prompt.name, title: prompt.title ?? prompt.name })),
  ];
}

/** Everything of one kind that connected servers have, and what went wrong with those that did not say. */
export function useOffers(kind: OfferKind, servers: Server[]) {
  return useQueries({
    queries: servers.map((server) => ({
      queryKey: keys.offers(server.id, kind),
      queryFn: async () => offersOf(server, await request<Listed>("GET", serverUrls[kind](server.id))),
      retry: false,
    })),
    combine: (answers) => ({
      busy: answers.some(({ isPending }) => isPending),
      offers: answers.flatMap(({ data }) => data ?? []),
      failures: answers.flatMap(({ error }, place) => (error ? [{ server: servers[place]?.name ?? "", why: sentence(error) }] : [])),
    }),
  });
}

/** The text for the message; nobody sees what is hidden in it before it is sent, so nothing in it is hidden. */
export async function readOffer(kind: OfferKind, offer: Offer, values: Record<string, string>): Promise<string> {
  if (kind === "resources") {
    const { text } = await request<{ text: string }>("GET", serverUrls.resource(offer.server.id, offer.id));
    return `${visible(offer.title)} (${visible(offer.server.name)}, ${visible(offer.id)}):\n${visible(text)}\n`;
  }
  const { messages } = await request<{ messages: { text: string }[] }>("POST", serverUrls.prompt(offer.server.id), { name: offer.id, arguments: values });
  return messages.map(({ text }) => visible(text)).join("\n\n");
}
