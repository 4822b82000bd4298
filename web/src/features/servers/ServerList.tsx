import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/Button";
import { SearchField } from "@/components/ui/SearchField";
import { Spinner } from "@/components/ui/Spinner";
import { useServers } from "@/lib/api/getServers";
import { t } from "@/lib/i18n";
import { picker } from "@/lib/i18n/en/picker";
import type { Server } from "@/lib/protocol";
import { byUse, categoriesOf, inOrder, matching } from "./attention";
import { ServerRow } from "./ServerRow";

function useOrdered(): { servers: Server[] | undefined; failed: (() => void) | null } {
  const { data, isError, refetch } = useServers();
  // Made once: a row does not jump away from whoever has just connected it.
  const [order, setOrder] = useState<string[] | null>(null);
  if (data && !order) setOrder(byUse(data));
  return { servers: data && inOrder(data, order ?? []), failed: isError && !data ? () => void refetch() : null };
}

interface ServerListProps {
  onFollow?: (() => void) | undefined;
  /** Around the rows, where they scroll by themselves. */
  renderRows?: (rows: ReactNode) => ReactNode;
}

const bare = (rows: ReactNode) => rows;

/** The catalogue as this person sees it, to be searched and narrowed. */
export function ServerList({ onFollow, renderRows = bare }: ServerListProps) {
  const [query, setQuery] = useState("");
  const [category, setCategory] = useState("");
  const { servers, failed } = useOrdered();
  const categories = categoriesOf(servers ?? []);
  const shown = matching(servers ?? [], query, category);
  const empty = query ? picker.noMatch(query) : category ? picker.noneHere : picker.none;
  return (
    <>
      <div className="flex flex-wrap gap-2 p-3">
        <SearchField label={picker.search} className="min-w-40 flex-1" value={query} onChange={setQuery} />
        {categories.length > 0 && (
          <select aria-label={picker.category} className="field min-h-10 w-auto! max-w-44 pointer-coarse:min-h-11" value={category} onChange={(event) => setCategory(event.target.value)}>
            <option value="">{picker.everyCategory}</option>
            {categories.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        )}
      </div>
      {renderRows(
        <>
          {!servers && !failed && <Spinner className="mx-auto my-8 block text-soft" />}
          {failed && (
            <div role="alert" className="px-4 py-6 text-center">
              <p>{picker.failed}</p>
              <Button className="mt-2" onClick={failed}>
                {t.app.retry}
              </Button>
            </div>
          )}
          {servers && shown.length === 0 && <p className="px-4 py-6 text-center text-soft">{empty}</p>}
          <ul aria-label={t.servers.name}>
            {shown.map((server) => (
              <ServerRow key={server.id} server={server} onFollow={onFollow} />
            ))}
          </ul>
        </>,
      )}
    </>
  );
}
