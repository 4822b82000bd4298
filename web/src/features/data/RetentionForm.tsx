import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { NumberField } from "@/components/forms/NumberField";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { announce } from "@/lib/announce";
import { request, sentence } from "@/lib/api/http";
import { dataKeys, dataUrls, KEPT_KINDS, type Retention } from "@/lib/dataProtocol";
import { admin } from "@/lib/i18n/admin";

const words = admin.data;
type Kind = (typeof KEPT_KINDS)[number];
type Written = Record<Kind, string>;

const MOST = 3650;

const perKind = <T,>(of: (kind: Kind) => T) => Object.fromEntries(KEPT_KINDS.map((kind) => [kind, of(kind)])) as Record<Kind, T>;

const isDays = (text: string) => text === "" || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST);

function Editor({ retention }: { retention: Retention }) {
  const client = useQueryClient();
  const [written, setWritten] = useState<Written>(perKind((kind) => retention[kind]?.toString() ?? ""));
  const wanted: Retention = perKind((kind) => (written[kind] === "" ? null : Number(written[kind])));
  const look = useMutation({ mutationFn: (body: Retention) => request<Record<Kind, number>>("POST", dataUrls.preview, body) });
  const save = useMutation({
    mutationFn: (body: Retention) => request<Retention>("PUT", dataUrls.retention, body),
    onSuccess: (answer) => {
      client.setQueryData(dataKeys.retention, answer);
      announce(words.saved);
    },
  });
  const wrong = KEPT_KINDS.some((kind) => !isDays(written[kind]));
  const failure = look.error ?? save.error;
  const fresh = look.data;
  return (
    <form
      noValidate
      aria-label={words.retention}
      className="flex max-w-xl flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && !save.isPending) save.mutate(wanted);
      }}
    >
      {KEPT_KINDS.map((kind) => (
        <NumberField
          key={kind}
          label={words.kept[kind]}
          value={written[kind]}
          error={isDays(written[kind]) ? undefined : words.days}
          hint={fresh ? words.would(fresh[kind]) : undefined}
          onChange={(value) => {
            setWritten({ ...written, [kind]: value.trim() });
            look.reset();
            save.reset();
          }}
        />
      ))}
      {failure && (
        <p role="alert" className="text-sm text-danger">
          {sentence(failure)}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button aria-disabled={wrong || look.isPending} onClick={() => !wrong && !look.isPending && look.mutate(wanted)}>
          {words.look}
        </Button>
        {/* What it would delete is seen before it is saved. */}
        <Button type="submit" look="accent" aria-disabled={wrong || !fresh || save.isPending} onClick={(event) => !fresh && event.preventDefault()}>
          {words.save}
        </Button>
        {save.isSuccess && <p className="text-sm text-ok">{words.saved}</p>}
      </div>
    </form>
  );
}

/** For how long the organisation keeps what. */
export function RetentionForm() {
  const { data, error, refetch } = useQuery({ queryKey: dataKeys.retention, queryFn: () => request<Retention>("GET", dataUrls.retention) });
  if (error && !data) return <LoadFailed what={words.retentionFailed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <Spinner className="mx-auto my-8 block text-soft" />;
  return <Editor retention={data} />;
}
