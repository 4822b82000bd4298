import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { ConditionField } from "@/components/forms/ConditionField";
import { Radios } from "@/components/forms/Radios";
import { TextField } from "@/components/forms/TextField";
import { Tick } from "@/components/forms/Tick";
import { useFirstWrong } from "@/components/forms/useFirstWrong";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { Refusal, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { useDraft } from "@/lib/useDraft";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { FieldError } from "@/lib/protocol";
import type { Rule, RuleBody, Verdict } from "@/lib/policyProtocol";
import { changeRule } from "@/lib/api/changeRule";
import { createRule } from "@/lib/api/createRule";
import { bodyOf, draftOf, missing, newDraft } from "./draft";
import { byField, conditionError } from "./fieldErrors";
import { Simulate } from "./Simulate";
import { TargetFields } from "./TargetFields";
import { TermFields } from "./TermFields";
import type { Known } from "./words";

const words = admin.policy;
const VERDICTS: Verdict[] = ["allow", "ask", "deny"];
const FIELD_OF: Record<string, string> = { name_taken: "/name", nobody_could_decide: "/approvers", invalid_condition: "/condition" };

interface Refused {
  message: string | null;
  errors: FieldError[];
  condition: string;
}

const NOTHING: Refused = { message: null, errors: [], condition: "" };

/** What was refused, each objection at its field where it has one. */
function refusedBy(error: unknown, body: RuleBody): Refused {
  const condition = body.condition ?? "";
  if (!(error instanceof Refusal)) return { message: words.notSaved(sentence(error)), errors: [], condition };
  const field = FIELD_OF[error.code];
  if (error.errors.length > 0) return { message: null, errors: error.errors, condition };
  return field ? { message: null, errors: [{ field, message: error.message }], condition } : { message: words.notSaved(error.message), errors: [], condition };
}

interface RuleEditorProps {
  rule: Rule | null;
  known: Known;
  me: string;
  manages: boolean;
  backHref: string;
  onDone: () => void;
}

/** Makes a rule or changes one; it can be tried on recorded calls first. */
export function RuleEditor({ rule, known, me, manages, backHref, onDone }: RuleEditorProps) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const { draft, begun, change, forget } = useDraft(`rule.${rule?.id ?? "new"}`, rule ? draftOf(rule) : newDraft(manages));
  const [refused, setRefused] = useState(NOTHING);
  const body = bodyOf(draft, me, manages);
  const errors = byField(refused.errors);

  useFirstWrong(form, refused, refused.message !== null || refused.errors.length > 0);
  const ready = () => {
    const gaps = missing(draft, manages);
    setRefused({ ...NOTHING, errors: gaps });
    return gaps.length === 0;
  };
  const { mutate, isPending } = useMutation({
    mutationFn: (sent: RuleBody) => (rule ? changeRule(rule.id, sent) : createRule(sent)),
    onSuccess: async (saved) => {
      forget();
      announce(words.saved(saved.name));
      await client.invalidateQueries({ queryKey: keys.policies });
      onDone();
    },
    onError: (error, sent) => setRefused(refusedBy(error, sent)),
  });
  return (
    <form
      ref={form}
      noValidate
      aria-label={rule ? words.editorOf(rule.name) : words.editorNew}
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending && ready()) mutate(body);
      }}
    >
      <div>
        <Link href={backHref} className="-ms-1 inline-flex min-h-9 items-center gap-1.5 rounded-lg px-1 text-sm text-soft hover:text-ink pointer-coarse:min-h-11">
          <ArrowLeft size={15} aria-hidden="true" />
          {words.back}
        </Link>
        <h2 className="text-lg font-semibold wrap-anywhere">{rule ? words.editorOf(rule.name) : words.editorNew}</h2>
        {begun && (
          <p className="mt-1 flex flex-wrap items-center gap-x-3 text-sm text-soft">
            {words.draftKept}
            <Button onClick={forget}>{words.startAgain}</Button>
          </p>
        )}
      </div>
      <TextField label={words.name} hint={words.nameHint} required most={80} value={draft.name} error={errors["name"]} onChange={(name) => change({ name })} />
      <TargetFields draft={draft} known={known} manages={manages} exists={rule !== null} errors={errors} onChange={change} />
      <Radios
        legend={words.verdict}
        value={draft.verdict}
        options={VERDICTS.filter((verdict) => manages || verdict !== "allow").map((value) => ({ value, name: words.verdicts[value], hint: words.verdictHints[value] }))}
        onChange={(verdict) => change({ verdict })}
      />
      <ConditionField value={draft.condition} error={conditionError(refused.errors)} refused={refused.condition} onChange={(condition) => change({ condition })} />
      {draft.verdict === "ask" && <TermFields draft={draft} members={known.members} manages={manages} errors={errors} onChange={change} />}
      <TextField label={words.note} hint={words.noteHint} long most={500} value={draft.note} error={errors["note"]} onChange={(note) => change({ note })} />
      <Tick label={words.enabled} checked={draft.enabled} onChange={(enabled) => change({ enabled })} />
      {manages && <Simulate body={body} replaces={rule?.id ?? null} known={known} ready={ready} onRefused={(error, tried) => setRefused({ ...refusedBy(error, tried), message: null })} />}
      {(refused.message ?? errors[""]) && (
        <p role="alert" tabIndex={-1} className="wrap-anywhere text-danger outline-none">
          {refused.message ?? errors[""]}
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="accent" aria-disabled={isPending}>
          {rule ? words.save : words.create}
        </Button>
        <Button
          onClick={() => {
            forget();
            onDone();
          }}
        >
          {t.app.cancel}
        </Button>
      </div>
    </form>
  );
}
