import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Radios } from "@/components/forms/Radios";
import { TextField } from "@/components/forms/TextField";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { announce } from "@/lib/announce";
import { Refusal, request, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { ServersPolicy } from "@/lib/serversProtocol";
import { serverUrls } from "@/lib/serverUrls";
import { useServersPolicy } from "./getServersPolicy";

const words = admin.servers;
const PERSONAL = ["catalogue", "allow_list", "any"] as const;

const linesOf = (text: string) => text.split(/\s+/).filter(Boolean);

function Editor({ policy }: { policy: ServersPolicy }) {
  const client = useQueryClient();
  const [personal, setPersonal] = useState(policy.personal);
  const [hosts, setHosts] = useState(policy.hosts.join("\n"));
  const [saved, setSaved] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: ServersPolicy) => request<ServersPolicy>("PUT", serverUrls.policy, body),
    onSuccess: async (answer) => {
      client.setQueryData(keys.serversPolicy, answer);
      setSaved(true);
      announce(words.policySaved);
      await client.invalidateQueries({ queryKey: keys.servers });
    },
  });
  const placed = error instanceof Refusal ? error.errors.filter(({ field }) => /hosts/.test(field)) : [];
  return (
    <form
      noValidate
      aria-label={words.policy}
      className="mt-4 flex max-w-3xl flex-col gap-5"
      onChange={() => setSaved(false)}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending) mutate({ personal, hosts: linesOf(hosts) });
      }}
    >
      <Radios legend={words.personal} value={personal} options={PERSONAL.map((value) => ({ value, name: words.personals[value] }))} onChange={setPersonal} />
      {personal === "allow_list" && (
        <>
          <TextField label={words.hosts} hint={words.hostsHint} long most={10_000} value={hosts} error={placed.map(({ message }) => message).join(" ") || undefined} onChange={setHosts} />
          {linesOf(hosts).length === 0 && <p className="-mt-3 text-sm text-soft">{words.hostsNone}</p>}
        </>
      )}
      {error && placed.length === 0 && (
        <p role="alert" className="wrap-anywhere text-danger">
          {words.notSaved(sentence(error))}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="accent" aria-disabled={isPending}>
          {words.save}
        </Button>
        {saved && <p className="text-sm text-ok">{words.policySaved}</p>}
      </div>
    </form>
  );
}

/** Which servers people may enter for themselves: read by everybody, set by those who manage. */
export function PolicyForm({ manages }: { manages: boolean }) {
  const { data, error, refetch } = useServersPolicy();
  if (error && !data) {
    return (
      <div role="alert" className="py-10 text-center">
        <p>{sentence(error)}</p>
        <Button className="mt-3" onClick={() => void refetch()}>
          {t.app.retry}
        </Button>
      </div>
    );
  }
  if (!data) return <Spinner className="mx-auto my-12 block text-soft" />;
  return (
    <>
      <p className="text-sm text-soft">
        {words.policyIntro} {!manages && words.policyReadOnly}
      </p>
      {manages ? (
        <Editor policy={data} />
      ) : (
        <p className="mt-3">
          {words.personals[data.personal]}
          {data.personal === "allow_list" && `: ${data.hosts.join(", ") || words.hostsNone}`}
        </p>
      )}
    </>
  );
}
