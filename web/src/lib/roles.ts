/** What the server lets these roles do; the server decides, this only spares people doors that are closed to them. */
const MANAGERS = new Set(["owner", "admin"]);
const DECIDERS = new Set(["owner", "admin", "approver"]);

export const ROLES = ["owner", "admin", "approver", "member"] as const;

export function mayManage(roles: string[]): boolean {
  return roles.some((role) => MANAGERS.has(role));
}

export function maySeeMembers(roles: string[]): boolean {
  return roles.some((role) => DECIDERS.has(role));
}
