import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { NumberField } from "@/components/forms/NumberField";
import { Radios } from "@/components/forms/Radios";
import { TextField } from "@/components/forms/TextField";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { request, sentence } from "@/lib/api/http";
import { programs as words } from "@/lib/i18n/en/programs";
import { type ApiKey, type KeyList, programUrls } from "@/lib/programs";

interface KeyFormProps {
  list: KeyList;
  manages: boolean;
  onMade: () => void;
  onClose: () => void;
}

const USUAL_DAYS = 30;
const NAMES: Record<string, string> = words.scopeNames;

/** Makes a key, and shows it this once. */
export function KeyForm({ list, manages, onMade, onClose }: KeyFormProps) {
  const most = list.policy.most_days;
  const [name, setName] = useState("");
  const [kind, setKind] = useState<ApiKey["kind"]>(list.policy.personal ? "personal" : "tenant");
  const [scopes, setScopes] = useState(list.scopes.map(({ scope }) => scope));
  const [days, setDays] = useState(String(Math.min(USUAL_DAYS, most)));
  const [tried, setTried] = useState(false);
  const [copied, setCopied] = useState(false);
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: () => request<{ key: ApiKey; secret: string }>("POST", programUrls.keys, { name: name.trim(), scopes, days: Number(days), kind }),
    onSuccess: () => {
      announce(words.made);
      onMade();
    },
  });
  if (data) {
    return (
      <div className="flex flex-col gap-3 rounded-2xl border border-line bg-raised p-4">
        <p className="text-sm">{words.once}</p>
        <input aria-label={words.secret} readOnly className="field min-h-10 font-mono text-sm" value={data.secret} onFocus={(event) => event.target.select()} />
        <div className="flex flex-wrap gap-2">
          <Button look="accent" onClick={() => void navigator.clipboard.writeText(data.secret).then(() => setCopied(true))}>
            {copied ? words.copied : words.copy}
          </Button>
          <Button onClick={onClose}>{words.done}</Button>
        </div>
      </div>
    );
  }
  if (!manages && !list.policy.personal) return <p className="text-sm">{words.noPersonal}</p>;
  const nameError = name.trim() ? undefined : words.nameMissing;
  const daysError = /^\d+$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= most ? undefined : words.badDays(most);
  const scopeError = scopes.length === 0 ? words.noScope : undefined;
  const wrong = Boolean(nameError ?? daysError ?? scopeError);
  return (
    <form
      noValidate
      aria-label={words.makeTitle}
      className="flex flex-col gap-4 rounded-2xl border border-line bg-raised p-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!isPending && !wrong) mutate();
      }}
    >
      {manages && list.policy.personal && (
        <Radios
          legend={words.kind}
          value={kind}
          options={(["personal", "tenant"] as const).map((value) => ({ value, name: words.kinds[value] }))}
          onChange={setKind}
        />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={words.name} hint={words.nameHint} error={tried ? nameError : undefined} most={80} value={name} onChange={setName} />
        <NumberField label={words.days} hint={words.daysHint(most)} error={daysError} value={days} onChange={setDays} />
      </div>
      <fieldset className="flex min-w-0 flex-col gap-3">
        <legend className="mb-2 text-sm font-medium">{words.scopes}</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {list.scopes.map(({ scope, description }) => (
            <Tick
              key={scope}
              label={NAMES[scope] ?? scope}
              hint={description}
              checked={scopes.includes(scope)}
              onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((each) => each !== scope))}
            />
          ))}
        </div>
        {scopeError && <p className="text-sm text-danger">{scopeError}</p>}
      </fieldset>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="accent" aria-disabled={isPending || undefined}>
          {words.makeNow}
        </Button>
        <Button onClick={onClose}>{words.cancel}</Button>
      </div>
      {error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(error)}
        </p>
      )}
    </form>
  );
}
