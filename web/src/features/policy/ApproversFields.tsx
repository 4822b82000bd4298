import { NumberField } from "@/components/forms/NumberField";
import { Tick } from "@/components/forms/Tick";
import { admin } from "@/lib/i18n/admin";
import type { Member } from "@/lib/policyProtocol";
import { ROLES } from "@/lib/roles";
import type { ApproversDraft } from "./draft";

const words = admin.policy;
/** Who only looks decides nothing. */
const APPROVING = ROLES.filter((role) => role !== "viewer");

interface ApproversFieldsProps {
  legend: string;
  value: ApproversDraft;
  members: Member[];
  error: string | undefined;
  countError: string | undefined;
  onChange: (value: ApproversDraft) => void;
}

const toggled = (list: string[], item: string, on: boolean) => (on ? [...list, item] : list.filter((each) => each !== item));

/** Which roles and people may approve, how many of them, and whether the requester counts. */
export function ApproversFields({ legend, value, members, error, countError, onChange }: ApproversFieldsProps) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-xl border border-line px-4 pt-1 pb-4">
      <legend className="px-1 text-sm font-medium">{legend}</legend>
      <div role="group" aria-label={words.roles} className="flex flex-wrap gap-x-6 gap-y-2">
        {APPROVING.map((role) => (
          <Tick
            key={role}
            label={words.roleNames[role]}
            checked={value.roles.includes(role)}
            onChange={(on) => onChange({ ...value, roles: toggled(value.roles, role, on) })}
          />
        ))}
      </div>
      {members.length > 0 && (
        <div>
          <p className="mb-1 text-xs text-soft">{words.named}</p>
          <div role="group" aria-label={words.named} className="flex max-h-48 flex-wrap gap-x-6 gap-y-2 overflow-y-auto">
            {members.map(({ id, name }) => (
              <Tick key={id} label={name} checked={value.users.includes(id)} onChange={(on) => onChange({ ...value, users: toggled(value.users, id, on) })} />
            ))}
          </div>
        </div>
      )}
      <NumberField label={words.count} className="max-w-56" value={value.count} error={countError} onChange={(count) => onChange({ ...value, count })} />
      <Tick label={words.notRequester} hint={words.notRequesterHint} checked={value.notRequester} onChange={(notRequester) => onChange({ ...value, notRequester })} />
      {error && (
        <p role="alert" tabIndex={-1} className="text-sm outline-none wrap-anywhere text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
