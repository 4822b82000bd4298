import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { announce } from "@/lib/announce";
import { waitsForReader } from "@/lib/conversation/calls";
import { t } from "@/lib/i18n";
import { notify, withdraw } from "@/lib/notices";
import type { Call } from "@/lib/protocol";
import { pages } from "@/lib/urls";
import { callTitle, neededWords } from "./words";

/** More than these at once are told as a number. */
const ONE_BY_ONE = 2;

function placeOf(call: Call, me: string | null): string {
  return call.requester.id === me ? pages.thread(call.thread_id) : pages.approval(call.id);
}

function notice(call: Call, me: string | null): string {
  const { server_name: server } = call.tool;
  if (call.kind !== "tool") return neededWords(call);
  return call.requester.id === me ? t.approvals.noticeMine(callTitle(call), server) : t.approvals.noticeOther(call.requester.name, callTitle(call), server);
}

/** Tells of calls that begin to wait for this person somewhere else than on the page before them; once, and without taking the focus. */
export function useNewCalls(calls: Call[] | undefined, me: string | null): void {
  const [location] = useLocation();
  const waiting = useRef<Map<string, Call> | null>(null);
  useEffect(() => {
    if (!calls) return;
    const before = waiting.current;
    const now = new Map(calls.filter(waitsForReader).map((call) => [call.id, call]));
    waiting.current = now;
    if (!before) return;
    for (const call of before.values()) if (!now.has(call.id)) withdraw(placeOf(call, me));
    const fresh = [...now.values()].filter((call) => !before.has(call.id) && location !== pages.thread(call.thread_id));
    if (fresh.length === 0) return;
    announce(fresh.length > ONE_BY_ONE ? t.approvals.noticeMany(fresh.length) : fresh.map((call) => notice(call, me)).join(" "));
    if (location === pages.approvals) return;
    const review = (href: string) => ({ label: t.approvals.review, href });
    if (fresh.length > ONE_BY_ONE) notify(t.approvals.noticeMany(fresh.length), review(pages.approvals));
    else for (const call of fresh) notify(notice(call, me), review(placeOf(call, me)));
  }, [calls, me, location]);
}
