import type { Me } from "./protocol";

export const ROLES = ["owner", "admin", "approver", "member", "viewer"] as const;

/** What the server's table of rights has, as far as the UI asks for it. */
export const RIGHTS = ["runs.start", "approvals.see_all", "policy.manage", "grants.manage", "servers.manage", "members.manage", "members.see", "features.manage", "limits.manage", "data.manage", "audit.read", "keys.manage"] as const;
export type Right = (typeof RIGHTS)[number];

/** Whether the server lets this person do it; the server decides, this only spares people doors that are closed to them. */
export function may(me: Me, right: Right): boolean {
  return me.rights.includes(right);
}
