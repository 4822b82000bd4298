import { clsx } from "clsx";
import { Fragment, type ReactNode } from "react";

export interface Column<Row> {
  head: string;
  render: (row: Row) => ReactNode;
  className?: string;
}

interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  /** What is open below a row, over its whole width. */
  renderBelow?: (row: Row) => ReactNode;
}

/** A table; on a phone each row is a card. */
export function Table<Row>({ label, columns, rows, keyOf, renderBelow }: TableProps<Row>) {
  return (
    <table aria-label={label} className="w-full border-collapse text-sm max-sm:block">
      <thead className="max-sm:sr-only">
        <tr className="border-b border-line text-start text-xs text-soft">
          {columns.map(({ head, className }) => (
            <th key={head} scope="col" className={clsx("px-2 py-2 text-start font-medium first:ps-0 last:pe-0", className)}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="max-sm:flex max-sm:flex-col max-sm:gap-3">
        {rows.map((row) => {
          const open = renderBelow?.(row);
          return (
            <Fragment key={keyOf(row)}>
              <tr
               
                className={clsx("max-sm:block max-sm:rounded-2xl max-sm:border max-sm:border-line max-sm:px-4 max-sm:py-2", !open && "sm:border-b sm:border-line")}
              >
                {columns.map(({ head, render, className }) => (
                  <td
                    key={head}
                   
                    data-head={head}
                    className={clsx(
                      "px-2 py-2 align-top first:ps-0 last:pe-0 max-sm:grid max-sm:grid-cols-[6.5rem_minmax(0,1fr)] max-sm:gap-3 max-sm:px-0 max-sm:py-1",
                      "max-sm:before:text-xs max-sm:before:leading-5 max-sm:before:text-soft max-sm:before:content-[attr(data-head)]",
                      className,
                    )}
                  >
                    <div className="min-w-0 wrap-anywhere">{render(row)}</div>
                  </td>
                ))}
              </tr>
              {open && (
                <tr className="border-line max-sm:-mt-2 max-sm:block sm:border-b">
                  <td colSpan={columns.length} className="pb-4 max-sm:block">
                    {open}
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
