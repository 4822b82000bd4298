import { admin } from "@/lib/i18n/admin";
import type { FieldError } from "@/lib/protocol";
import type { Approvers, Expiry, Layer, Rule, RuleBody, Verdict } from "@/lib/policyProtocol";

export interface ApproversDraft {
  roles: string[];
  users: string[];
  count: string;
  notRequester: boolean;
}

/** A rule as it stands in its form: what is not chosen is empty, numbers are as they are written. */
export interface Draft {
  layer: Layer;
  name: string;
  server: string;
  tool: string;
  user: string;
  thread: string;
  verdict: Verdict;
  condition: string;
  byOthers: boolean;
  approvers: ApproversDraft;
  expires: boolean;
  minutes: string;
  outcome: Expiry["then"];
  to: ApproversDraft;
  extend: boolean;
  grants: boolean;
  critical: boolean;
  note: string;
  enabled: boolean;
}

const SOME: ApproversDraft = { roles: ["approver"], users: [], count: "1", notRequester: true };

export function newDraft(manages: boolean): Draft {
  return {
    layer: manages ? "tenant" : "user",
    name: "",
    server: "",
    tool: "",
    user: "",
    thread: "",
    verdict: "ask",
    condition: "",
    byOthers: false,
    approvers: SOME,
    expires: false,
    minutes: "60",
    outcome: "reject",
    to: { ...SOME, roles: ["owner", "admin"] },
    extend: true,
    grants: true,
    critical: false,
    note: "",
    enabled: true,
  };
}

function approversDraft(approvers: Approvers | null | undefined, otherwise: ApproversDraft): ApproversDraft {
  if (!approvers) return otherwise;
  return { roles: approvers.roles, users: approvers.users, count: String(approvers.count), notRequester: approvers.not_requester };
}

export function draftOf(rule: Rule): Draft {
  const blank = newDraft(true);
  return {
    ...blank,
    layer: rule.layer,
    name: rule.name,
    server: rule.server ?? "",
    tool: rule.tool ?? "",
    user: rule.user?.id ?? "",
    thread: rule.thread_id ?? "",
    verdict: rule.verdict,
    condition: rule.condition ?? "",
    byOthers: rule.approvers !== null,
    approvers: approversDraft(rule.approvers, blank.approvers),
    expires: rule.expiry !== null,
    minutes: rule.expiry ? String(rule.expiry.minutes) : blank.minutes,
    outcome: rule.expiry?.then ?? blank.outcome,
    to: approversDraft(rule.expiry?.to, blank.to),
    extend: rule.expiry?.extend ?? true,
    grants: rule.grants,
    critical: rule.critical,
    note: rule.note ?? "",
    enabled: rule.enabled,
  };
}

function approversOf({ roles, users, count, notRequester }: ApproversDraft): Approvers {
  return { roles, users, count: Number(count), not_requester: notRequester };
}

/** What is sent; parts of the form that are not shown are not in it. */
export function bodyOf(draft: Draft, me: string, manages: boolean): RuleBody {
  const asks = draft.verdict === "ask";
  const byOthers = asks && draft.byOthers;
  const expiry: Expiry = { minutes: Number(draft.minutes), then: draft.outcome, extend: draft.extend };
  if (draft.outcome === "escalate") expiry.to = approversOf(draft.to);
  return {
    layer: draft.layer,
    name: draft.name.trim(),
    server: draft.server || null,
    tool: draft.tool || null,
    user_id: draft.layer === "user" ? (manages ? draft.user || null : me) : null,
    thread_id: draft.layer === "thread" ? draft.thread || null : null,
    verdict: draft.verdict,
    condition: draft.condition.trim() || null,
    approvers: byOthers ? approversOf(draft.approvers) : null,
    expiry: asks && draft.expires ? expiry : null,
    grants: asks ? draft.grants && !byOthers && !draft.critical : true,
    critical: asks && draft.critical,
    note: draft.note.trim(),
    enabled: draft.enabled,
  };
}

const MOST_APPROVERS = 20;
const MOST_MINUTES = 30 * 24 * 60;

const whole = (text: string, most: number) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most;

function approverErrors({ roles, users, count }: ApproversDraft, field: string): FieldError[] {
  if (roles.length === 0 && users.length === 0) return [{ field, message: admin.policy.needsSomebody }];
  return whole(count, MOST_APPROVERS) ? [] : [{ field: `${field}/count`, message: admin.policy.needsNumber(MOST_APPROVERS) }];
}

/** What is plainly missing, so that nobody has to ask the server for it. */
export function missing(draft: Draft, manages: boolean): FieldError[] {
  const found: FieldError[] = [];
  const need = (field: string, absent: boolean) => {
    if (absent) found.push({ field, message: admin.policy.required });
  };
  need("/name", draft.name.trim() === "");
  need("/server", (draft.layer === "server" || draft.layer === "tool") && draft.server === "");
  need("/tool", draft.layer === "tool" && draft.tool === "");
  need("/user_id", draft.layer === "user" && manages && draft.user === "");
  need("/thread_id", draft.layer === "thread" && draft.thread === "");
  if (draft.verdict === "ask" && draft.byOthers) found.push(...approverErrors(draft.approvers, "/approvers"));
  if (draft.verdict === "ask" && draft.expires) {
    if (!whole(draft.minutes, MOST_MINUTES)) found.push({ field: "/expiry/minutes", message: admin.policy.needsNumber(MOST_MINUTES) });
    if (draft.outcome === "escalate") found.push(...approverErrors(draft.to, "/expiry/to"));
  }
  return found;
}
