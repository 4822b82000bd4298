import { Download, RefreshCw } from "lucide-react";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { useMedia } from "@/components/ui/useMedia";
import { useMembers } from "@/lib/api/getMembers";
import { admin } from "@/lib/i18n/admin";
import { urls } from "@/lib/urls";
import type { RenderData } from "./EntryDetails";
import { EntryTable } from "./EntryTable";
import { FilterForm } from "./FilterForm";
import { filterOf, searchOf } from "./filter";
import { useRecord } from "./getRecord";

const words = admin.audit;

/** The record, newest first, as the address narrows it; and the file that proves itself. */
export function Audit({ renderData }: { renderData: RenderData }) {
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => filterOf(search), [search]);
  const { data, isPending, isError, error, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useRecord(filter);
  const members = useMembers(true).data ?? [];
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const actions = [...new Set(entries.map((entry) => entry.action))].toSorted((a, b) => a.localeCompare(b));
  const head = data?.pages[0]?.head;
  const narrowed = searchOf(filter).size > 0;
  const phone = useMedia("(max-width: 639px)");
  const filters = <FilterForm filter={filter} members={members} actions={actions} onApply={(next) => setSearch(searchOf(next))} />;
  return (
    <div className="mt-5 flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <a
          href={urls.recordFile}
          download
          className="inline-flex min-h-10 items-center gap-1.5 rounded-xl border border-edge/70 bg-raised px-3.5 text-sm font-medium hover:bg-sunk pointer-coarse:min-h-11"
        >
          <Download size={16} aria-hidden="true" />
          {words.exportFile}
        </a>
        <p className="min-w-0 flex-1 basis-72 text-sm text-soft">
          {words.exportHow} <code className="rounded-md bg-sunk px-1.5 py-0.5 font-mono text-[0.8125rem] text-ink">{words.verify}</code>
        </p>
      </div>
      {phone ? (
        <details open={narrowed}>
          <summary className="mb-2 min-h-11 text-sm font-medium">{words.filter}</summary>
          {filters}
        </details>
      ) : (
        filters
      )}
      {isPending && <Spinner className="mx-auto my-12 block text-soft" />}
      {isError && !data && <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />}
      {data && entries.length === 0 && <p className="py-10 text-center text-soft">{narrowed ? words.none : words.empty}</p>}
      {entries.length > 0 && (
        <div aria-busy={isFetching}>
          <h2 className="sr-only">{words.table}</h2>
          <EntryTable entries={entries} renderData={renderData} />
        </div>
      )}
      {data && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          {hasNextPage && (
            <Button aria-disabled={isFetchingNextPage} onClick={() => !isFetchingNextPage && void fetchNextPage()}>
              {words.more}
            </Button>
          )}
          <Button look="quiet" aria-disabled={isFetching} onClick={() => !isFetching && void refetch()}>
            <RefreshCw size={15} aria-hidden="true" />
            {words.refresh}
          </Button>
        </div>
      )}
      {head && head.seq > 0 && <p className="font-mono text-xs wrap-anywhere text-soft">{words.head(head.seq, head.hash)}</p>}
    </div>
  );
}
