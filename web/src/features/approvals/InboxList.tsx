import type { ReactNode } from "react";
import { useMe } from "@/lib/api/getMe";
import { inbox } from "@/lib/i18n/en/inbox";
import type { Call, Scope } from "@/lib/protocol";
import { isForReader } from "./getApprovals";
import { InboxRow } from "./InboxRow";

export interface Group {
  title: string;
  calls: Call[];
}

/** The calls in the order in which they are shown: what this person has to do first, then what others have. */
export function useGroups(scope: Scope, calls: Call[]): Group[] {
  const me = useMe().data?.user.id ?? null;
  const mine = calls.filter((call) => isForReader(call, me));
  if (scope !== "mine" || mine.length === calls.length) return [{ title: inbox.shown(calls.length), calls }];
  const others = calls.filter((call) => !mine.includes(call));
  const groups = [
    { title: inbox.forYou(mine.length), calls: mine },
    { title: inbox.yours(others.length), calls: others },
  ];
  return groups.filter((group) => group.calls.length > 0);
}

interface InboxListProps {
  groups: Group[];
  chosen: string | null;
  href: (call: Call) => string;
  onChoose: (call: Call) => void;
  /** What opens below the chosen line, where there is no room beside the list. */
  below: ReactNode;
}

export function InboxList({ groups, chosen, href, onChoose, below }: InboxListProps) {
  return groups.map(({ title, calls }) => (
    <section key={title} aria-label={title} className="flex flex-col gap-2">
      <h2 className="text-sm text-soft">{title}</h2>
      <ul aria-label={inbox.list} className="flex flex-col gap-2">
        {calls.map((call) => (
          <li key={call.id} className="flex flex-col gap-2">
            <InboxRow call={call} href={href(call)} chosen={call.id === chosen} onChoose={() => onChoose(call)} />
            {call.id === chosen && below}
          </li>
        ))}
      </ul>
    </section>
  ));
}
