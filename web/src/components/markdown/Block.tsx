import type { Token, Tokens } from "marked";
import { memo } from "react";
import { t } from "@/lib/i18n";
import { CodeBlock } from "./CodeBlock";
import { Inline } from "./Inline";
import { Table } from "./Table";

interface BlockProps {
  token: Token;
  /** The level of a heading, below those of the page. */
  level?: number | undefined;
  writing?: boolean;
}

function Heading({ token, level }: { token: Tokens.Heading; level: number }) {
  const Tag = `h${Math.min(6, level)}` as "h3";
  return (
    <Tag>
      <Inline tokens={token.tokens} />
    </Tag>
  );
}

function Item({ item }: { item: Tokens.ListItem }) {
  return (
    <li>
      {item.task && (
        <span role="img" aria-label={item.checked ? t.chat.taskDone : t.chat.taskOpen} className="me-2">
          {item.checked ? "☑" : "☐"}
        </span>
      )}
      <Blocks tokens={item.tokens} />
    </li>
  );
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => (
    // oxlint-disable-next-line react/no-array-index-key
    <Item key={index} item={item} />
  ));
  return token.ordered ? <ol start={token.start === "" ? 1 : token.start}>{items}</ol> : <ul>{items}</ul>;
}

function Blocks({ tokens }: { tokens: Token[] }) {
  return (
    <>
      {tokens.map((token, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Block key={index} token={token} />
      ))}
    </>
  );
}

function BlockOf({ token, level = 3, writing = false }: BlockProps) {
  switch (token.type) {
    case "space":
    case "def":
    case "checkbox":
      return null;
    case "heading":
      return <Heading token={token as Tokens.Heading} level={level} />;
    case "code": {
      const code = token as Tokens.Code;
      return <CodeBlock code={code.text} language={code.lang?.split(/\s/)[0] ?? ""} writing={writing} />;
    }
    case "list":
      return <List token={token as Tokens.List} />;
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={(token as Tokens.Blockquote).tokens} />
        </blockquote>
      );
    case "table":
      return <Table token={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "paragraph":
      return (
        <p>
          <Inline tokens={(token as Tokens.Paragraph).tokens} />
        </p>
      );
    case "text":
      return <Inline tokens={[token]} />;
    default:
      return <p className="whitespace-pre-wrap">{token.raw}</p>;
  }
}

const same = (a: BlockProps, b: BlockProps) =>
  a.token.raw === b.token.raw && a.token.type === b.token.type && a.level === b.level && a.writing === b.writing;

/** One block of markdown; drawn again only if its source changed. */
export const Block = memo(BlockOf, same);
