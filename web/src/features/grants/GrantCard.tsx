import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { admin } from "@/lib/i18n/admin";
import type { JsonObject } from "@/lib/protocol";
import type { Grant, GrantState } from "@/lib/policyProtocol";
import { shortTime } from "@/lib/times";
import { pages } from "@/lib/urls";
import { Revoke } from "./Revoke";

const words = admin.grants;
const COLORS: Record<GrantState, string> = {
  live: "border-ok/50 text-ok",
  revoked: "border-danger/50 text-danger",
  expired: "border-edge/60 text-soft",
  used_up: "border-edge/60 text-soft",
  void: "border-warn/50 text-warn",
};

/** Draws named values as people read them; the app knows how. */
export type RenderData = (data: JsonObject) => ReactNode;

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-soft max-sm:mt-1 max-sm:text-xs">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}

interface GrantCardProps {
  grant: Grant;
  tool: string;
  me: string;
  /** Whoever manages everybody's may take any of them back; others their own, and what they gave. */
  manages: boolean;
  renderData: RenderData;
}

/** One permission: for what, within which bounds, from whom, and a way to take it back. */
export function GrantCard({ grant, tool, me, manages, renderData }: GrantCardProps) {
  const live = grant.state === "live";
  const mayRevoke = live && (manages || grant.user?.id === me || grant.given_by.id === me);
  const name = (person: { id: string; name: string }) => (person.id === me ? words.you : person.name);
  const holder = grant.user ? name(grant.user) : words.everybody;
  const reach = grant.scope === "arguments" && grant.thread_id ? words.sameInOne : words.scopes[grant.scope];
  const scope = grant.scope === "everybody" ? reach : words.scopeHeld(reach, holder);
  return (
    <article aria-label={words.article(tool, grant.server_name)} className="rounded-2xl border border-line bg-raised px-4 py-3">
      <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className={clsx("font-medium wrap-anywhere", !live && "text-soft")}>{words.toolOn(tool, grant.server_name)}</span>
        <span className={clsx("rounded-full border px-2.5 py-px text-xs font-medium", COLORS[grant.state])}>{words.states[grant.state]}</span>
      </h3>
      <dl className="mt-2 grid grid-cols-[7rem_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm max-sm:grid-cols-1 max-sm:gap-y-0">
        <Row name={words.scope}>
          {scope}
          {grant.unattended && `; ${words.unattended}`}
        </Row>
        {grant.thread_id && (
          <Row name={words.chat}>
            {grant.user?.id === me ? (
              <Link href={pages.thread(grant.thread_id)} className="inline-flex min-h-6 items-center font-medium text-accent underline underline-offset-2">
                {grant.thread_title || words.chatUntitled}
              </Link>
            ) : (
              grant.thread_title || words.chatUntitled
            )}
          </Row>
        )}
        {grant.arguments && <Row name={words.arguments}>{renderData(grant.arguments)}</Row>}
        {grant.condition && (
          <Row name={words.condition}>
            <code className="rounded-md bg-sunk px-1.5 py-0.5 font-mono text-[0.8125rem] whitespace-pre-wrap">{grant.condition}</code>
          </Row>
        )}
        <Row name={words.uses}>
          {words.used(grant.used, grant.uses_left)}
          {grant.used_at && `, ${words.lastUsed(shortTime(grant.used_at))}`}
        </Row>
        <Row name={words.expires}>
          <time dateTime={grant.expires_at}>{shortTime(grant.expires_at)}</time>
        </Row>
        <Row name={words.givenBy}>{words.given(name(grant.given_by), shortTime(grant.given_at))}</Row>
      </dl>
      {grant.revoked_by && grant.revoked_at && <p className="mt-1 text-sm text-soft">{words.revokedBy(name(grant.revoked_by), shortTime(grant.revoked_at))}</p>}
      {mayRevoke && (
        <div className="mt-3">
          <Revoke grant={grant} tool={tool} />
        </div>
      )}
    </article>
  );
}
