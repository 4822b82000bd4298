import { type ReactNode, useState } from "react";
import { TypedDialog } from "@/components/forms/TypedDialog";
import { Button } from "@/components/ui/Button";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { Jobs } from "./Jobs";
import { RetentionForm } from "./RetentionForm";
import { askDeletion, askExport, useDone } from "./useJobs";

const words = admin.data;

function Section({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className="mt-8 first:mt-0">
      <h2 className="text-lg font-semibold">{title}</h2>
      {text && <p className="mt-1 mb-3 max-w-3xl text-sm text-soft">{text}</p>}
      {children}
    </section>
  );
}

function ExportButton({ of, label }: { of: "me" | "organisation"; label: string }) {
  const ask = useDone(() => askExport(of), words.asked);
  return (
    <>
      <Button aria-disabled={ask.isPending} onClick={() => !ask.isPending && ask.mutate(undefined)}>
        {label}
      </Button>
      {ask.error && (
        <p role="alert" className="mt-2 text-sm text-danger">
          {sentence(ask.error)}
        </p>
      )}
    </>
  );
}

function Deletion({ of, name, title, text, label, said }: { of: "me" | "organisation"; name: string; title: string; text: string; label: string; said: string | null }) {
  const [asking, setAsking] = useState(false);
  const ask = useDone((typed: string) => askDeletion({ of, name: typed }), said);
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {label}
      </Button>
      {asking && (
        <TypedDialog
          title={title}
          text={text}
          name={name}
          busy={ask.isPending}
          error={ask.error}
          onConfirm={(typed) => ask.mutate(typed, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** What one may have of what is held: taken out, kept, deleted. */
export function Data({ me }: { me: Me }) {
  const owner = may(me, "data.manage");
  return (
    <>
      <Section title={words.export} text={words.exportText}>
        <ExportButton of="me" label={words.exportMine} />
      </Section>
      <Section title={words.jobs} text="">
        <div className="mt-3">
          <Jobs />
        </div>
      </Section>
      <Section title={words.account} text={words.accountText}>
        <Deletion of="me" name={me.user.name} title={words.account} text={words.accountText} label={words.accountNow} said={null} />
      </Section>
      {owner && (
        <>
          <Section title={words.retention} text={words.retentionText}>
            <RetentionForm />
          </Section>
          <Section title={words.tenant} text={words.tenantText}>
            <div className="flex flex-wrap gap-3">
              <ExportButton of="organisation" label={words.exportTenant} />
              <Deletion of="organisation" name={me.tenant.name} title={words.tenant} text={words.tenantText} label={words.tenantNow} said={words.tenantAsked} />
            </div>
          </Section>
        </>
      )}
    </>
  );
}
