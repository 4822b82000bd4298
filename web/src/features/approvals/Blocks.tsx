import { Download, FileQuestion, Link2 } from "lucide-react";
import { given } from "@/lib/i18n/en/given";
import type { ResultBlock } from "@/lib/protocol";
import { visible } from "@/lib/text";
import { urls } from "@/lib/urls";

/** What the server gives as it is; anything else it gives as a file only. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|wav|x-wav|ogg|webm|mp4|aac|flac))$/;

function sizeOf(bytes: number): string {
  return bytes < 1024 ? given.bytes(bytes) : given.kibibytes(Math.round(bytes / 1024));
}

function File({ block }: { block: Extract<ResultBlock, { id: string }> }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2">
      <a href={urls.artifact(block.id)} download={block.name} className="inline-flex min-h-6 items-center gap-1.5 font-medium text-accent underline underline-offset-2 wrap-anywhere">
        <Download size={16} aria-hidden="true" className="shrink-0" />
        {block.kind === "text" ? given.wholeText : given.downloadFile(block.name)}
      </a>
      <span className="text-xs text-soft wrap-anywhere">
        {visible(block.mime_type)}, {sizeOf(block.size)}
      </span>
    </span>
  );
}

function Shown({ block }: { block: ResultBlock }) {
  switch (block.kind) {
    case "image":
      return SHOWN.test(block.mime_type) ? (
        <>
          <img src={urls.artifact(block.id)} alt={given.imageFrom(block.name)} loading="lazy" className="max-h-96 max-w-full rounded-lg border border-line object-contain" />
          <File block={block} />
        </>
      ) : (
        <File block={block} />
      );
    case "audio":
      return SHOWN.test(block.mime_type) ? (
        <>
          {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what a tool gives as a sound comes without captions */}
          <audio controls preload="none" src={urls.artifact(block.id)} aria-label={given.soundFrom(block.name)} className="max-w-full" />
          <File block={block} />
        </>
      ) : (
        <File block={block} />
      );
    case "text":
      return <File block={block} />;
    case "resource":
      return (
        <>
          <File block={block} />
          <code className="font-mono text-xs text-soft wrap-anywhere">{visible(block.uri)}</code>
        </>
      );
    case "resource_link":
      return (
        <>
          <span className="flex items-center gap-1.5 wrap-anywhere">
            <Link2 size={16} aria-hidden="true" className="shrink-0 text-soft" />
            {visible(block.title ?? block.name)}
          </span>
          {block.description && <span className="text-soft wrap-anywhere">{visible(block.description)}</span>}
          <code className="font-mono text-xs text-soft wrap-anywhere">{visible(block.uri)}</code>
        </>
      );
    case "omitted":
      return (
        <span className="flex items-center gap-1.5 text-soft wrap-anywhere">
          <FileQuestion size={16} aria-hidden="true" className="shrink-0" />
          {visible(block.note)}
        </span>
      );
  }
}

/** What a tool gave besides text. Nothing is fetched but from this origin, and no address of a server's is a link. */
export function Blocks({ blocks }: { blocks: ResultBlock[] }) {
  return (
    <ul aria-label={given.list} className="flex flex-col gap-2.5">
      {blocks.map((block, place) => (
        // They never change place: a result is written once.
        <li key={"id" in block ? block.id : place} className="flex min-w-0 flex-col items-start gap-1">
          <Shown block={block} />
        </li>
      ))}
    </ul>
  );
}
