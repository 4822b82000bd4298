import type { Tokens } from "marked";
import { t } from "@/lib/i18n";
import { Inline } from "./Inline";

const ALIGN = { left: "start", right: "end", center: "center" } as const;

export function Table({ token }: { token: Tokens.Table }) {
  const align = (index: number) => {
    const side = token.align[index];
    return side ? { textAlign: ALIGN[side] } : undefined;
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto" role="group" aria-label={t.chat.table} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              // oxlint-disable-next-line react/no-array-index-key
              <th key={index} scope="col" style={align(index)}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              {row.map((cell, column) => (
                // oxlint-disable-next-line react/no-array-index-key
                <td key={column} style={align(column)}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
