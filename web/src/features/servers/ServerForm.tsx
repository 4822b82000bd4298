import { useMutation } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { Radios } from "@/components/forms/Radios";
import { TextField } from "@/components/forms/TextField";
import { useFirstWrong } from "@/components/forms/useFirstWrong";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { Refusal, request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { FieldError, Server } from "@/lib/protocol";
import type { ServerBody, ServerPage, Tested } from "@/lib/serversProtocol";
import { serverUrls } from "@/lib/serverUrls";
import { urls } from "@/lib/urls";
import { useDraft } from "@/lib/useDraft";
import { bodyOf, byField, canTest, draftOf, fieldOfCode, missing, newDraft, type Values } from "./draft";
import { HeaderFields } from "./HeaderFields";
import { PersonalNote } from "./PersonalNote";
import { TestOutcome } from "./TestOutcome";
import { useServerChange } from "./useServerChange";

const words = admin.servers;
const NONE: FieldError[] = [];

function objectionsOf(error: unknown): FieldError[] {
  if (!(error instanceof Refusal)) return [{ field: "", message: sentence(error) }];
  return error.errors.length > 0 ? error.errors : [{ field: fieldOfCode(error.code), message: error.message }];
}

interface ServerFormProps {
  /** The server that is changed; null for a new one. */
  page: ServerPage | null;
  manages: boolean;
  backHref: string;
  onDone: (server: Server) => void;
}

/** Enters a server or changes one; it can be tried before. */
export function ServerForm({ page, manages, backHref, onDone }: ServerFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { draft, begun, change, forget } = useDraft(`server.${page?.server.id ?? "new"}`, page ? draftOf(page) : newDraft(manages));
  const [values, setValues] = useState<Values>({});
  const [refused, setRefused] = useState(NONE);
  const body = bodyOf(draft, values, page !== null);
  const errors = byField(refused, draft.headers);

  useFirstWrong(form, refused, refused.length > 0);
  const ready = () => {
    const gaps = missing(draft, values);
    setRefused(gaps);
    return gaps.length === 0;
  };
  const test = useMutation({
    mutationFn: (sent: ServerBody) => request<Tested>("POST", serverUrls.test, { ...sent, scope: draft.scope }),
    onError: (error) => setRefused(objectionsOf(error)),
  });
  const save = useServerChange(
    (sent: ServerBody) => (page ? request<Server>("PATCH", urls.server(page.server.id), sent) : request<Server>("POST", urls.servers, sent)),
    (server) => (page ? words.saved : words.added)(server.name),
  );
  const submit = () => {
    if (save.isPending || !ready()) return;
    save.mutate(body, {
      onSuccess: (server) => {
        forget();
        onDone(server);
      },
      onError: (error) => setRefused(objectionsOf(error)),
    });
  };
  const testable = canTest(draft, values);
  const title = page ? words.formOf(page.server.name) : words.form;
  return (
    <form
      ref={form}
      noValidate
      aria-label={title}
      className="flex max-w-3xl flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div>
        <Link href={backHref} className="-ms-1 inline-flex min-h-9 items-center gap-1.5 rounded-lg px-1 text-sm text-soft hover:text-ink pointer-coarse:min-h-11">
          <ArrowLeft size={15} aria-hidden="true" />
          {page ? words.backToServer(page.server.name) : words.back}
        </Link>
        {!page && <h2 className="text-lg font-semibold">{title}</h2>}
        {!page && <p className="text-sm text-soft">{words.addFor}</p>}
        {begun && (
          <p className="mt-1 flex flex-wrap items-center gap-x-3 text-sm text-soft">
            {words.draftKept}
            <Button
              onClick={() => {
                forget();
                setValues({});
                setRefused(NONE);
              }}
            >
              {words.startAgain}
            </Button>
          </p>
        )}
      </div>
      {!page && manages && (
        <Radios
          legend={words.scopeLegend}
          value={draft.scope}
          options={[
            { value: "tenant", name: words.scopes.tenant },
            { value: "personal", name: words.scopes.personal },
          ]}
          onChange={(scope) => change({ scope })}
        />
      )}
      {draft.scope === "personal" && <PersonalNote />}
      <TextField label={words.name} hint={words.nameHint} required most={80} value={draft.name} error={errors["name"]} onChange={(name) => change({ name })} />
      <TextField label={words.url} hint={words.urlHint} required most={2000} value={draft.url} error={errors["url"]} onChange={(url) => change({ url })} />
      <Radios
        legend={words.transport}
        value={draft.transport}
        options={[
          { value: "http", name: words.transports.http },
          { value: "sse", name: words.transports.sse },
        ]}
        onChange={(transport) => change({ transport })}
      />
      <Radios
        legend={words.authLegend}
        value={draft.auth}
        options={(["none", "headers", "oauth"] as const).map((auth) => ({ value: auth, name: words.authOptions[auth], ...(words.authHints[auth] ? { hint: words.authHints[auth] } : {}) }))}
        onChange={(auth) => change({ auth })}
      />
      {errors["auth"] && <p className="text-sm text-danger">{errors["auth"]}</p>}
      {draft.auth === "headers" && (
        <HeaderFields
          headers={draft.headers}
          values={values}
          errors={errors}
          onHeaders={(headers) => change({ headers })}
          onValue={(key, value) => setValues((now) => ({ ...now, [key]: value }))}
        />
      )}
      <TextField label={words.purpose} hint={words.purposeHint} long most={500} value={draft.description} error={errors["description"]} onChange={(description) => change({ description })} />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField label={words.icon} hint={words.iconHint} most={40} value={draft.icon} error={errors["icon"]} onChange={(icon) => change({ icon })} />
        <TextField label={words.categoriesField} hint={words.categoriesHint} value={draft.categories} error={errors["categories"]} onChange={(categories) => change({ categories })} />
      </div>
      {[errors[""], errors["scope"], errors["transport"]].filter(Boolean).map((message) => (
        <p key={message} role="alert" tabIndex={-1} className="wrap-anywhere text-danger">
          {words.notSaved(message ?? "")}
        </p>
      ))}
      <div role="status">
        {test.isPending && (
          <p className="flex items-center gap-2 text-sm text-soft">
            <Spinner />
            {words.testing}
          </p>
        )}
        {test.data && !test.isPending && <TestOutcome tested={test.data} outdated={JSON.stringify(test.variables) !== JSON.stringify(body)} />}
        {!testable && page && <p className="text-xs text-soft">{words.testNeedsValues}</p>}
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="accent" aria-disabled={save.isPending}>
          {page ? words.save : words.create}
        </Button>
        <Button aria-disabled={test.isPending || !testable} onClick={() => !test.isPending && testable && ready() && test.mutate(body)}>
          {words.test}
        </Button>
        <Link href={backHref} onClick={forget} className="inline-flex min-h-9 items-center rounded-xl border border-edge/70 bg-raised px-3.5 text-sm font-medium hover:bg-sunk pointer-coarse:min-h-11">
          {words.cancel}
        </Link>
      </div>
    </form>
  );
}
