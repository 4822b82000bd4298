import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ChoiceField } from "@/components/forms/ChoiceField";
import { TextField } from "@/components/forms/TextField";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { Refusal, request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { peopleUrls } from "@/lib/peopleUrls";
import type { OwnProvider } from "@/lib/policyProtocol";

const words = admin.people;
const GIVEN = ["admin", "approver", "member", "viewer"] as const;
const EMPTY = { name: "", issuer: "", client_id: "", client_secret: "", roles_claim: "groups" };

type Field = keyof typeof EMPTY;

/** `value = role`, one a line; null for a line that says nothing of the kind. */
function knownOf(text: string): Record<string, string> | null {
  const known: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const at = line.lastIndexOf("=");
    const role = line.slice(at + 1).trim();
    const value = line.slice(0, Math.max(at, 0)).trim();
    if (!value || !(GIVEN as readonly string[]).includes(role)) return null;
    known[value] = role;
  }
  return known;
}

interface ProviderFormProps {
  onDone: () => void;
  onClose: () => void;
}

/** Enters an identity provider, which is asked at once who it is. */
export function ProviderForm({ onDone, onClose }: ProviderFormProps) {
  const [said, setSaid] = useState(EMPTY);
  const [groups, setGroups] = useState("");
  const [otherwise, setOtherwise] = useState("member");
  const [creates, setCreates] = useState(true);
  const known = knownOf(groups);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const { client_secret, ...rest } = said;
      const secret = client_secret ? { client_secret } : {};
      return request<OwnProvider>("POST", peopleUrls.providers, { ...rest, ...secret, known, otherwise: otherwise || null, creates });
    },
    onSuccess: () => {
      announce(words.providerEntered);
      onDone();
    },
  });
  const wrong = !said.name.trim() || !said.issuer.trim() || !said.client_id.trim() || known === null;
  const errorAt = (field: Field) => (error instanceof Refusal ? error.errors.find((each) => each.field === `/${field}`)?.message : undefined);
  const text = (field: Field, label: string, more: { hint?: string; required?: boolean } = {}) => (
    <TextField label={label} most={500} error={errorAt(field)} value={said[field]} onChange={(value) => setSaid({ ...said, [field]: value })} {...more} />
  );
  return (
    <form
      noValidate
      aria-label={words.enterProvider}
      className="flex flex-col gap-4 rounded-2xl border border-line bg-raised p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending && !wrong) mutate();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {text("name", words.providerName, { required: true })}
        {text("issuer", words.issuer, { required: true, hint: words.issuerHint })}
        {text("client_id", words.clientId, { required: true })}
        {text("client_secret", words.clientSecret, { hint: words.clientSecretHint })}
        {text("roles_claim", words.rolesClaim, { hint: words.rolesClaimHint })}
        <ChoiceField
          label={words.everybodyElse}
          none={words.notLetIn}
          value={otherwise}
          options={GIVEN.map((role) => ({ value: role, name: words.roleNames[role] }))}
          onChange={setOtherwise}
        />
      </div>
      <TextField label={words.groupRoles} hint={words.groupRolesHint} long most={5000} error={known === null ? words.badGroupRoles : undefined} value={groups} onChange={setGroups} />
      <Tick label={words.creates} hint={words.createsHint} checked={creates} onChange={setCreates} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="accent" aria-disabled={isPending || wrong}>
          {words.enterNow}
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
