import { ChoiceField } from "@/components/forms/ChoiceField";
import { NumberField } from "@/components/forms/NumberField";
import { Radios } from "@/components/forms/Radios";
import { Tick } from "@/components/forms/Tick";
import { admin } from "@/lib/i18n/admin";
import type { Expiry, Member } from "@/lib/policyProtocol";
import { ApproversFields } from "./ApproversFields";
import type { Draft } from "./draft";

const words = admin.policy;
const OUTCOMES: Expiry["then"][] = ["reject", "cancel", "escalate"];

interface TermFieldsProps {
  draft: Draft;
  members: Member[];
  manages: boolean;
  errors: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

/** The terms of a rule that asks: who decides, until when, and whether a permission may skip it. */
export function TermFields({ draft, members, manages, errors, onChange }: TermFieldsProps) {
  return (
    <>
      {manages && (
        <Radios
          legend={words.deciders}
          value={draft.byOthers ? "others" : "requester"}
          options={[
            { value: "requester", name: words.requesterDecides },
            { value: "others", name: words.othersDecide },
          ]}
          onChange={(who) => onChange({ byOthers: who === "others" })}
        />
      )}
      {draft.byOthers && (
        <ApproversFields
          legend={words.approvers}
          value={draft.approvers}
          members={members}
          error={errors["approvers"]}
          countError={errors["approvers/count"]}
          onChange={(approvers) => onChange({ approvers })}
        />
      )}
      <Radios
        legend={words.expiry}
        value={draft.expires ? "own" : "usual"}
        options={[
          { value: "usual", name: words.expiryUsual },
          { value: "own", name: words.expiryOwn },
        ]}
        onChange={(expiry) => onChange({ expires: expiry === "own" })}
      />
      {draft.expires && (
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField label={words.minutes} value={draft.minutes} error={errors["expiry/minutes"] ?? errors["expiry"]} onChange={(minutes) => onChange({ minutes })} />
          <ChoiceField
            label={words.outcome}
            value={draft.outcome}
            options={OUTCOMES.filter((outcome) => manages || outcome !== "escalate").map((value) => ({ value, name: words.outcomes[value] }))}
            onChange={(outcome) => onChange({ outcome: outcome as Expiry["then"] })}
          />
          <Tick label={words.extend} checked={draft.extend} onChange={(extend) => onChange({ extend })} />
          {draft.outcome === "escalate" && (
            <div className="sm:col-span-2">
              <ApproversFields
                legend={words.to}
                value={draft.to}
                members={members}
                error={errors["expiry/to"]}
                countError={errors["expiry/to/count"]}
                onChange={(to) => onChange({ to })}
              />
            </div>
          )}
        </div>
      )}
      <Tick
        label={words.grants}
        hint={draft.byOthers || draft.critical ? words.grantsNever : words.grantsHint}
        checked={draft.grants && !draft.byOthers && !draft.critical}
        disabled={draft.byOthers || draft.critical}
        onChange={(grants) => onChange({ grants })}
      />
      <Tick label={words.critical} hint={words.criticalHint} checked={draft.critical} onChange={(critical) => onChange({ critical })} />
    </>
  );
}
