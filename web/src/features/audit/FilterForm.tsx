import { useEffect, useId, useState } from "react";
import { ChoiceField } from "@/components/forms/ChoiceField";
import { TextField } from "@/components/forms/TextField";
import { Button } from "@/components/ui/Button";
import { admin } from "@/lib/i18n/admin";
import type { Member } from "@/lib/policyProtocol";
import { isoTime, localTime } from "./filter";
import type { Filter } from "./getRecord";

const words = admin.audit;
const NONE: Filter = { actor: "", action: "", target: "", from: "", to: "" };

interface FilterFormProps {
  filter: Filter;
  members: Member[];
  /** Actions that were seen, to choose from. */
  actions: string[];
  onApply: (filter: Filter) => void;
}

/** Which entries are shown. The address says it too, so it can be kept and sent. */
export function FilterForm({ filter, members, actions, onApply }: FilterFormProps) {
  const list = useId();
  const [draft, setDraft] = useState(filter);
  useEffect(() => setDraft(filter), [filter]);
  const change = (part: Partial<Filter>) => setDraft((now) => ({ ...now, ...part }));
  return (
    <form
      role="search"
      aria-label={words.filters}
      noValidate
      className="grid gap-3 rounded-2xl border border-line bg-sunk/60 p-4 sm:grid-cols-2 lg:grid-cols-3"
      onSubmit={(event) => {
        event.preventDefault();
        onApply(draft);
      }}
    >
      <ChoiceField
        label={words.actor}
        none={words.anybody}
        value={draft.actor}
        options={members.map(({ id, name, email }) => ({ value: id, name: `${name} (${email})` }))}
        onChange={(actor) => change({ actor })}
      />
      <TextField label={words.action} hint={words.actionHint} list={list} value={draft.action} onChange={(action) => change({ action })} />
      <datalist id={list}>
        {actions.map((action) => (
          <option key={action} value={action}>
            {action}
          </option>
        ))}
      </datalist>
      <TextField label={words.target} hint={words.targetHint} value={draft.target} onChange={(target) => change({ target })} />
      <TextField label={words.from} type="datetime-local" value={localTime(draft.from)} onChange={(from) => change({ from: isoTime(from) })} />
      <TextField label={words.to} type="datetime-local" value={localTime(draft.to)} onChange={(to) => change({ to: isoTime(to) })} />
      <div className="flex flex-wrap items-end gap-2">
        <Button type="submit" look="accent" className="min-h-10!">
          {words.apply}
        </Button>
        <Button
          className="min-h-10!"
          onClick={() => onApply(NONE)}
        >
          {words.clear}
        </Button>
      </div>
    </form>
  );
}
