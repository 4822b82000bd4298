import { useQueries } from "@tanstack/react-query";
import { request, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Server } from "@/lib/protocol";
import { serverUrls } from "@/lib/serverUrls";
import { visible } from "@/lib/text";

/** What opened the list: `@` resources, `/` prompts. */
export type OfferKind = "resources" | "prompts";

export interface OfferArgument {
  name: string;
  title: string | null;
  description: string | null;
  required: boolean;
}

/** Something of a connected server; `id` is a resource's address or a template of one, or a prompt's name. */
export interface Offer {
  kind: "resource" | "template" | "prompt";
  server: Server;
  id: string;
  title: string;
  description: string | null;
  arguments: OfferArgument[];
}

interface Named {
  name: string;
  title: string | null;
  description: string | null;
}

type Values = Record<string, string>;

async function resourcesOf(server: Server): Promise<Offer[]> {
  const [{ resources }, { templates }] = await Promise.all([
    request<{ resources: (Named & { uri: string })[] }>("GET", serverUrls.resources(server.id)),
    request<{ templates: (Named & { uri_template: string; variables: string[] })[] }>("GET", serverUrls.templates(server.id)),
  ]);
  return [
    ...resources.map(({ uri, name, title, description }) => ({ kind: "resource" as const, server, id: uri, title: title ?? name, description, arguments: [] })),
    ...templates.map(({ uri_template, name, title, description, variables }) => ({
      kind: "template" as const,
      server,
      id: uri_template,
      title: title ?? name,
      description,
      arguments: variables.map((variable) => ({ name: variable, title: null, description: null, required: false })),
    })),
  ];
}

async function promptsOf(server: Server): Promise<Offer[]> {
  const { prompts } = await request<{ prompts: (Named & { arguments: OfferArgument[] })[] }>("GET", serverUrls.prompts(server.id));
  return prompts.map((prompt) => ({ ...prompt, kind: "prompt", server, id: prompt.name, title: prompt.title ?? prompt.name }));
}

/** Everything of one kind that connected servers have, and what went wrong with those that did not say. */
export function useOffers(kind: OfferKind, servers: Server[]) {
  return useQueries({
    queries: servers.map((server) => ({
      queryKey: keys.offers(server.id, kind),
      queryFn: () => (kind === "resources" ? resourcesOf(server) : promptsOf(server)),
      retry: false,
    })),
    combine: (answers) => ({
      busy: answers.some(({ isPending }) => isPending),
      offers: answers.flatMap(({ data }) => data ?? []),
      failures: answers.flatMap(({ error }, place) => (error ? [{ server: servers[place]?.name ?? "", why: sentence(error) }] : [])),
    }),
  });
}

/** What the server proposes for a field. */
export async function proposals(offer: Offer, argument: string, value: string, others: Values): Promise<string[]> {
  const asked = { kind: offer.kind, name: offer.id, argument, value, arguments: others };
  return (await request<{ values: string[] }>("POST", serverUrls.completion(offer.server.id), asked)).values;
}

function cited(offer: Offer, id: string, text: string): string {
  return `${visible(offer.title)} (${visible(offer.server.name)}, ${visible(id)}):\n${visible(text)}\n`;
}

/** The text for the message; nobody sees what is hidden in it before it is sent, so nothing in it is hidden. */
export async function readOffer(offer: Offer, values: Values): Promise<string> {
  const server = offer.server.id;
  if (offer.kind === "resource") return cited(offer, offer.id, (await request<{ text: string }>("GET", serverUrls.resource(server, offer.id))).text);
  if (offer.kind === "template") {
    const { text } = await request<{ text: string }>("POST", serverUrls.resourceOf(server), { uri_template: offer.id, arguments: values });
    return cited(offer, Object.values(values).join(" "), text);
  }
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const { messages } = await request<{ messages: { text: string }[] }>("POST", serverUrls.prompt(server), { name: offer.id, arguments: given });
  return messages.map(({ text }) => visible(text)).join("\n\n");
}
