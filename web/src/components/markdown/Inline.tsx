import type { Token, Tokens } from "marked";
import { Fragment, type ReactNode } from "react";
import { t } from "@/lib/i18n";
import { decodeEntities } from "./entities";
import { safeLink } from "./links";

function Link({ token }: { token: Tokens.Link }) {
  const link = safeLink(token.href);
  const children = <Inline tokens={token.tokens} />;
  if (!link) return <>{children}</>;
  return (
    <a href={link.href} title={link.host} target="_blank" rel="noreferrer noopener nofollow">
      {children}
    </a>
  );
}

function one(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return (
        <strong className="font-semibold">
          <Inline tokens={(token as Tokens.Strong).tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inline tokens={(token as Tokens.Del).tokens} />
        </del>
      );
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token as Tokens.Link} />;
    case "image":
      return <span className="text-soft">{t.chat.image((token as Tokens.Image).text)}</span>;
    case "checkbox":
      return null;
    case "escape":
      return (token as Tokens.Escape).text;
    case "text": {
      const text = token as Tokens.Text;
      return text.tokens ? <Inline tokens={text.tokens} /> : decodeEntities(text.text);
    }
    default:
      return token.raw;
  }
}

/** Inline tokens as React elements; HTML stays the text that it is. */
export function Inline({ tokens }: { tokens: Token[] | undefined }) {
  return (
    <>
      {tokens?.map((token, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>{one(token)}</Fragment>
      ))}
    </>
  );
}
