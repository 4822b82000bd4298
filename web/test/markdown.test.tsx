import { render, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { Markdown } from "@/components/markdown/Markdown";

const HOSTILE = [
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt&colon;alert(1))",
  "[a](data:text/html;base64,PHNjcmlwdD4=)",
  "[a](vbscript:msgbox)",
  '<iframe src="https://evil.example"></iframe>',
  "![beacon](https://evil.example/p.png?secret=1)",
  "![b][r]\n\n[r]: https://evil.example/p.png",
  "<svg onload=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  "<style>*{display:none}</style>",
  '<form action="https://evil.example"><input name=p></form>',
  "<javascript:alert(1)>",
  '[a](https://ok.example "onmouseover=alert(1)")\n<div style="position:fixed;inset:0">x</div>',
];

describe("hostile input", () => {
  test.each(HOSTILE)("%s makes no element that acts", (text) => {
    for (const writing of [false, true]) {
      const { container, unmount } = render(<Markdown text={text} writing={writing} />);
      expect(container.querySelector("script, img, iframe, svg, style, form, input, object, embed, link, base, meta")).toBeNull();
      for (const link of container.querySelectorAll("a")) expect(link.protocol).toMatch(/^(https?|mailto):$/);
      for (const element of container.querySelectorAll("*")) {
        for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^style$|^src/);
      }
      unmount();
    }
  });
});

const html = (text: string, writing = false) => render(<Markdown text={text} writing={writing} />).container;

test("a remote image is its description", () => {
  expect(html("![a beacon](https://evil.example/p.png)").textContent).toBe("[image: a beacon]");
});

test("a link says where it leads and gives nothing away", () => {
  const link = html("[docs](https://docs.example.org/x)").querySelector("a");
  expect(link?.getAttribute("rel")).toBe("noreferrer noopener nofollow");
  expect(link?.title).toBe("docs.example.org");
});

test("entities are the characters they stand for, in text and not in code", () => {
  expect(html("a &amp; b &lt;c&gt; &#39;d&#39;").textContent).toBe("a & b <c> 'd'");
  expect(html("`&amp;`").textContent).toBe("&amp;");
});

test("headings stay below the page's own and skip no level", () => {
  const tags = [...html("#### a\n\n# b\n\n###### c").querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ tagName }) => tagName);
  expect(tags).toEqual(["H3", "H3", "H4"]);
});

test("what is still open while it is written is closed for the eye", async () => {
  const bold = html("so **bold", true);
  await waitFor(() => expect(bold.querySelector("strong")?.textContent).toBe("bold"));
  expect(html("```python\nprint(1)", true).querySelector("pre")?.textContent).toBe("print(1)");
  expect(html("see [the doc](https://exa", true).querySelector("a")).toBeNull();
});

test("lists, tasks and tables are what they are", () => {
  const container = html("- [x] done\n- [ ] open\n\n| a | b |\n|--:|---|\n| 1 | 2 |\n\n3. three");
  expect(container.querySelectorAll("td")).toHaveLength(2);
  expect([...container.querySelectorAll('[role="img"]')].map((mark) => mark.getAttribute("aria-label"))).toEqual(["Done", "Not done"]);
  expect(container.querySelector("ol")?.start).toBe(3);
});
