import { Users } from "lucide-react";
import { useMe } from "@/lib/api/getMe";
import { t } from "@/lib/i18n";
import type { Call, Need } from "@/lib/protocol";
import { shortTime } from "@/lib/times";
import { visible } from "@/lib/text";
import { deciderNames, who } from "./words";

function needWords(need: Need, call: Call, me: string | null): string {
  const [only, ...others] = need.users;
  if (only && others.length === 0 && need.roles.length === 0) return t.approvals.needOne(who(only, me));
  return t.approvals.need(need.count, deciderNames(need, me), need.not_requester ? who(call.requester, me) : "");
}

/** Who has to approve a call, by which rule, and who has; and why its reader may not. */
export function Deciders({ call }: { call: Call }) {
  const me = useMe().data?.user.id ?? null;
  const approved = call.approvals.map(({ by, at }) => `${who(by, me)} (${shortTime(at)})`);
  const mine = call.approvals.some(({ by }) => by.id === me);
  const other = call.needs.length === 0 && !call.may.decide ? t.approvals.theirs(call.requester.name) : null;
  if (call.needs.length === 0 && !other) return null;
  return (
    <div className="flex items-start gap-2.5 rounded-xl bg-sunk px-3 py-2 text-sm">
      <Users size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-soft" />
      <div className="min-w-0 wrap-anywhere">
        {call.escalated && <p className="font-medium text-warn">{t.approvals.escalated}</p>}
        <ul>
          {call.needs.map((need) => (
            <li key={`${need.rule}/${deciderNames(need, me)}`}>
              {needWords(need, call, me)} <span className="text-soft">· {visible(t.approvals.needRule(need.rule))}</span>
            </li>
          ))}
        </ul>
        {approved.length > 0 && <p className="text-soft">{t.approvals.soFar(approved.join(", "))}</p>}
        {mine && <p className="font-medium">{t.approvals.youApproved}</p>}
        {other && <p>{other}</p>}
        {!mine && !other && !call.may.decide && <p className="font-medium">{visible(t.approvals.notYours(call.may.rule ?? ""))}</p>}
      </div>
    </div>
  );
}
