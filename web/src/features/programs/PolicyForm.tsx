import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { NumberField } from "@/components/forms/NumberField";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { command, sentence } from "@/lib/api/http";
import { programs as words } from "@/lib/i18n/en/programs";
import { KEYS, type KeyPolicy, programUrls } from "@/lib/programs";

const MOST_DAYS = 366;

/** What the organisation allows of keys that are made from now on. */
export function PolicyForm({ policy }: { policy: KeyPolicy }) {
  const client = useQueryClient();
  const [days, setDays] = useState(String(policy.most_days));
  const [personal, setPersonal] = useState(policy.personal);
  const wrong = /^\d+$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= MOST_DAYS ? undefined : words.badMost;
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => command("PUT", programUrls.policy, { most_days: Number(days), personal }),
    onSuccess: () => announce(words.saved),
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  });
  return (
    <form
      noValidate
      aria-label={words.policy}
      className="flex flex-col gap-4 border-t border-line pt-6"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && !isPending) mutate();
      }}
    >
      <h2 className="text-lg font-semibold">{words.policy}</h2>
      <NumberField label={words.mostDays} error={wrong} value={days} onChange={setDays} className="sm:max-w-60" />
      <Tick label={words.personal} checked={personal} onChange={setPersonal} />
      <Button type="submit" className="self-start" aria-disabled={isPending || Boolean(wrong) || undefined}>
        {words.save}
      </Button>
      {error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(error)}
        </p>
      )}
    </form>
  );
}
