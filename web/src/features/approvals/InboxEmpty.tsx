import { CircleCheck, Filter } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Button } from "@/components/ui/Button";
import { inbox } from "@/lib/i18n/en/inbox";
import type { Scope } from "@/lib/protocol";
import { pages } from "@/lib/urls";

const WORDS: Record<Scope, [string, string]> = {
  mine: [inbox.nothing, inbox.nothingHint],
  tenant: [inbox.nothingTeam, inbox.nothingTeamHint],
  unattended: [inbox.nothingUnattended, inbox.nothingUnattendedHint],
};
const LINK = "inline-flex min-h-9 items-center font-medium text-accent underline underline-offset-2 pointer-coarse:min-h-11";

interface InboxEmptyProps {
  scope: Scope;
  filtered: boolean;
  onClear: () => void;
  /** Where the team's calls are, and how many; null for who may not see them, or is there. */
  team: { href: string; count: number } | null;
}

/** Nothing to decide, and where to go from there. */
export function InboxEmpty({ scope, filtered, onClear, team }: InboxEmptyProps): ReactNode {
  if (filtered) {
    return (
      <div className="flex flex-col items-center gap-3 py-16 text-center">
        <Filter size={28} aria-hidden="true" className="text-soft" />
        <p className="font-medium">{inbox.noMatch}</p>
        <Button onClick={onClear}>{inbox.clear}</Button>
      </div>
    );
  }
  const [title, hint] = WORDS[scope];
  return (
    <div className="flex flex-col items-center gap-2 py-16 text-center">
      <CircleCheck size={32} aria-hidden="true" className="text-ok" />
      <p className="font-medium">{title}</p>
      <p className="max-w-sm text-sm text-soft">{hint}</p>
      {team && team.count > 0 ? (
        <Link href={team.href} className={LINK}>
          {inbox.seeTeam(team.count)}
        </Link>
      ) : (
        <Link href={pages.newChat} className={LINK}>
          {inbox.newChat}
        </Link>
      )}
    </div>
  );
}
