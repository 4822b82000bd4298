import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { NumberField } from "@/components/forms/NumberField";
import { TextField } from "@/components/forms/TextField";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { peopleUrls } from "@/lib/peopleUrls";
import type { Invitation } from "@/lib/policyProtocol";
import { ROLES } from "@/lib/roles";

const words = admin.people;
const MOST_DAYS = 30;

interface InviteFormProps {
  owner: boolean;
  onMade: () => void;
  onClose: () => void;
}

/** Makes a link for one person, and shows it this once. */
export function InviteForm({ owner, onMade, onClose }: InviteFormProps) {
  const [roles, setRoles] = useState<string[]>(["member"]);
  const [email, setEmail] = useState("");
  const [days, setDays] = useState("7");
  const daysError = /^\d+$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= MOST_DAYS ? undefined : words.badDays;
  const emailError = email.trim() === "" || /^[^@\s]+@[^@\s]+$/.test(email.trim()) ? undefined : words.badEmail;
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () =>
      request<{ invitation: Invitation; url: string }>("POST", peopleUrls.invitations, {
        roles,
        days: Number(days),
        ...(email.trim() ? { email: email.trim() } : {}),
      }),
    onSuccess: () => {
      announce(words.invited);
      onMade();
    },
  });
  const [copied, setCopied] = useState(false);
  if (data) {
    return (
      <div className="flex flex-col gap-3 rounded-2xl border border-line bg-raised p-4">
        <p className="text-sm">{words.linkOnce}</p>
        <input aria-label={words.link} readOnly className="field min-h-10 font-mono text-sm" value={data.url} onFocus={(event) => event.target.select()} />
        <div className="flex flex-wrap gap-2">
          <Button look="accent" onClick={() => void navigator.clipboard.writeText(data.url).then(() => setCopied(true))}>
            {copied ? words.copied : words.copy}
          </Button>
          <Button onClick={onClose}>{words.done}</Button>
        </div>
      </div>
    );
  }
  const wrong = roles.length === 0 || daysError !== undefined || emailError !== undefined;
  return (
    <form
      noValidate
      aria-label={words.invite}
      className="flex flex-col gap-4 rounded-2xl border border-line bg-raised p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending && !wrong) mutate();
      }}
    >
      <p className="text-sm text-soft">{words.inviteIntro}</p>
      <fieldset className="flex min-w-0 flex-col gap-3">
        <legend className="mb-2 text-sm font-medium">{words.invitedAs}</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {ROLES.map((role) => (
            <Tick
              key={role}
              label={words.roleNames[role]}
              hint={words.roleHints[role]}
              checked={roles.includes(role)}
              disabled={role === "owner" && !owner}
              onChange={(on) => setRoles(on ? [...roles, role] : roles.filter((each) => each !== role))}
            />
          ))}
        </div>
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={words.emailLabel} hint={words.emailHint} error={emailError} most={320} value={email} onChange={setEmail} />
        <NumberField label={words.daysLabel} error={daysError} value={days} onChange={setDays} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="accent" aria-disabled={isPending || wrong}>
          {words.makeLink}
        </Button>
        <Button onClick={onClose}>{words.leave}</Button>
      </div>
      {error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(error)}
        </p>
      )}
    </form>
  );
}
