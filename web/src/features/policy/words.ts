import { admin } from "@/lib/i18n/admin";
import type { Approvers, Expiry, Layer, Member, Rule, ToolClass } from "@/lib/policyProtocol";
import type { Targets } from "@/lib/targets";

const words = admin.policy;

/** What is known of the things that rules name. */
export interface Known {
  targets: Targets;
  tools: ToolClass[];
  members: Member[];
}

export function layerName(layer: Layer): string {
  return words[`layer_${layer}`];
}

export function serverName(id: string, known: Known): string {
  return known.targets.servers.find((server) => server.id === id)?.name ?? known.tools.find((tool) => tool.server === id)?.server_name ?? id;
}

export function toolName(server: string | null, tool: string, known: Known): string {
  return known.tools.find((each) => each.tool === tool && (server === null || each.server === server))?.title ?? tool;
}

export function toolWords(server: string | null, tool: string | null, known: Known): string {
  if (tool === null) return server === null ? words.everyTool : words.everyToolOf(serverName(server, known));
  const name = toolName(server, tool, known);
  return server === null ? words.toolAnywhere(name) : words.toolOf(name, serverName(server, known));
}

/** What a rule is about: which tools, whose, where. */
export function aboutWords(rule: Rule, known: Known): string {
  const parts = [toolWords(rule.server, rule.tool, known)];
  if (rule.user) parts.push(words.forUser(rule.user.name));
  if (rule.thread_id) {
    const title = known.targets.threads.find((thread) => thread.id === rule.thread_id)?.title;
    parts.push(title ? words.inThreadNamed(title) : words.inThread);
  }
  return parts.join(" ");
}

/** Who has to approve: roles and people, as far as their names are known. */
export function approverWords({ roles, users, count, not_requester }: Approvers, members: Member[]): string {
  const names = users.map((id) => members.find((member) => member.id === id)?.name);
  const people = names.every((name) => name !== undefined) ? names : [words.people(users.length)];
  const roleNames: Record<string, string> = words.roleNames;
  const whom = [...roles.map((role) => (roleNames[role] ?? role).toLowerCase()), ...(users.length > 0 ? people : [])];
  return words.needs(count, whom.join(", "), not_requester);
}

export function expiryWords(expiry: Omit<Expiry, "to">): string {
  return words.expires(expiry.minutes, words.ends[expiry.then]);
}

/** The terms of a rule that asks. */
export function termWords(rule: Rule, members: Member[]): string[] {
  if (rule.verdict !== "ask") return [];
  const parts: string[] = [];
  if (rule.approvers) parts.push(approverWords(rule.approvers, members));
  if (rule.expiry) parts.push(expiryWords(rule.expiry));
  if (!rule.grants) parts.push(words.noGrants);
  return parts;
}
