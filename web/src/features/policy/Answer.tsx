import { admin } from "@/lib/i18n/admin";
import type { Explanation } from "@/lib/policyProtocol";
import { Trace } from "./Trace";
import { VerdictMark } from "@/components/ui/VerdictMark";
import { approverWords, expiryWords, type Known } from "./words";

const words = admin.policy;

/** What policy said, which rule decided, on what terms, and everything that was looked at. */
export function Answer({ answer, known }: { answer: Explanation; known: Known }) {
  const decisive = answer.trace.find((step) => step.decided);
  const people = answer.needs.flatMap((need) => need.users).map((person) => ({ ...person, email: "", roles: [] }));
  const needs = answer.needs.map((need) => approverWords({ ...need, users: need.users.map((user) => user.id) }, [...people, ...known.members]));
  return (
    <section aria-labelledby="answer" className="flex flex-col gap-3 rounded-2xl border border-line bg-raised p-4">
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="answer" className="font-medium">
          {words.answer}
        </h2>
        <VerdictMark verdict={answer.verdict} />
      </div>
      <div className="text-sm wrap-anywhere">
        {answer.grant ? <p>{words.skipped(answer.grant.given_by.name)}</p> : decisive && <p>{words.decidedBy(decisive.rule)}</p>}
        {needs.length > 0 && <p>{words.whoDecides(needs.join("; "))}</p>}
        {answer.verdict === "ask" && answer.expiry && <p>{words.waits(expiryWords(answer.expiry))}</p>}
        <p className="text-soft">
          {words.classed(answer.risk ? words.risks[answer.risk] : words.riskNone, words.effects[answer.effect])} {words.version(answer.version)}
        </p>
      </div>
      <h3 className="text-sm font-medium">{words.trace}</h3>
      <Trace steps={answer.trace} />
    </section>
  );
}
