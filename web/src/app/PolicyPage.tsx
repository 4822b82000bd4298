import { Policies } from "@/features/policy/Policies";
import { admin } from "@/lib/i18n/admin";
import type { JsonObject, Me } from "@/lib/protocol";
import type { Schema } from "@/lib/schema/schema";
import { ArgumentsForm } from "./ArgumentsForm";
import { PlainPage } from "./PlainPage";
import { useTargets } from "./useTargets";

const renderArguments = (schema: Schema, value: JsonObject, onChange: (value: JsonObject) => void) => (
  <ArgumentsForm schema={schema} value={value} onChange={onChange} />
);

export function PolicyPage({ me }: { me: Me }) {
  const targets = useTargets();
  return (
    <PlainPage me={me} title={admin.policy.pageTitle} intro={admin.policy.intro}>
      <Policies me={me} targets={targets} renderArguments={renderArguments} />
    </PlainPage>
  );
}
