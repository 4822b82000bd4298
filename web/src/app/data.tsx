import { ValueList } from "@/features/approvals/Value";
import type { JsonObject } from "@/lib/protocol";

const ANY = {};

/** Named values as the cards show arguments: all of them, nothing invisible. */
export function renderData(data: JsonObject) {
  return <ValueList value={data} schema={ANY} root={ANY} />;
}
