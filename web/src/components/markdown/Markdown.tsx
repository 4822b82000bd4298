import { clsx } from "clsx";
import { marked, type Token, type Tokens } from "marked";
import { memo, useMemo } from "react";
import { Block } from "./Block";
import { useMended } from "./useMended";

const TOP = 3;

/** Levels for the headings of one text: below the page's own, and never skipping one. */
export function headingLevels(tokens: Token[]): Map<number, number> {
  const depths = [...new Set(tokens.flatMap((token) => (token.type === "heading" ? [(token as Tokens.Heading).depth] : [])))].toSorted((a, b) => a - b);
  const levels = new Map<number, number>();
  let previous = TOP - 1;
  tokens.forEach((token, index) => {
    if (token.type !== "heading") return;
    const level = Math.min(TOP + depths.indexOf((token as Tokens.Heading).depth), previous + 1);
    levels.set(index, level);
    previous = level;
  });
  return levels;
}

interface MarkdownProps {
  text: string;
  writing?: boolean;
}

/** Markdown as React elements: nothing in it becomes HTML, loads an image or runs. */
export const Markdown = memo(function Markdown({ text, writing = false }: MarkdownProps) {
  const mended = useMended(text, writing);
  const tokens = useMemo(() => marked.lexer(mended), [mended]);
  const levels = useMemo(() => headingLevels(tokens), [tokens]);
  return (
    <div className={clsx("md min-w-0 wrap-break-word", writing && "md-writing")}>
      {tokens.map((token, index) => (
        <Block
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          token={token}
          level={levels.get(index)}
          writing={writing && index === tokens.length - 1}
        />
      ))}
    </div>
  );
});
