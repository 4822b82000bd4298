import { Button } from "@/components/ui/Button";
import { ChoiceField, type Option } from "@/components/forms/ChoiceField";
import { inbox } from "@/lib/i18n/en/inbox";
import { AGES, RISKS, type View } from "./useView";

interface InboxFiltersProps {
  view: View;
  servers: Option[];
  onChange: (change: Partial<View>) => void;
}

export const NO_FILTERS = { server: "", risk: "", age: "" } satisfies Partial<View>;

export function isFiltered(view: View): boolean {
  return Boolean(view.server || view.risk || view.age);
}

export function InboxFilters({ view, servers, onChange }: InboxFiltersProps) {
  return (
    <div role="group" aria-label={inbox.filters} className="grid grid-cols-3 items-end gap-3 max-sm:grid-cols-2 sm:max-w-2xl lg:grid-cols-[1fr_1fr_1fr_auto]">
      <ChoiceField label={inbox.server} value={view.server} options={servers} none={inbox.any} onChange={(server) => onChange({ server, call: null })} />
      <ChoiceField
        label={inbox.risk}
        value={view.risk}
        options={RISKS.map((value) => ({ value, name: inbox.risks[value] }))}
        none={inbox.any}
        onChange={(risk) => onChange({ risk, call: null })}
      />
      <ChoiceField
        label={inbox.age}
        value={view.age}
        options={AGES.map((value) => ({ value, name: inbox.ages[value] }))}
        none={inbox.any}
        onChange={(age) => onChange({ age, call: null })}
      />
      {isFiltered(view) && <Button onClick={() => onChange({ ...NO_FILTERS, call: null })}>{inbox.clear}</Button>}
    </div>
  );
}
