import { describe, expect, test } from "vitest";
import type { JsonObject } from "@/lib/protocol";
import { changesBetween } from "@/lib/schema/changes";
import { withValue } from "@/lib/schema/pointer";
import { fits, kindOf, labelOf, resolve, startValue } from "@/lib/schema/schema";
import { validate } from "@/lib/schema/validate";

const schema: JsonObject = {
  type: "object",
  $defs: { Zone: { type: "string", minLength: 3 } },
  properties: {
    zone: { $ref: "#/$defs/Zone" },
    count: { type: "integer", minimum: 1, maximum: 5 },
    ratio: { anyOf: [{ type: "number" }, { type: "null" }] },
    mode: { enum: ["a", "b"] },
    tags: { type: "array", items: { type: "string" }, maxItems: 2 },
    inner: { type: "object", properties: { on: { type: "boolean" } }, required: ["on"] },
    free: {},
  },
  required: ["zone"],
  additionalProperties: false,
};

test("every kind of schema gets its field, and what has none gets JSON", () => {
  const properties = schema["properties"] as Record<string, JsonObject>;
  const kinds = Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, kindOf(resolve(property, schema))]));
  expect(kinds).toEqual({ zone: "string", count: "integer", ratio: "number", mode: "choice", tags: "array", inner: "object", free: "json" });
});

test("references that lead in a circle come to an end", () => {
  const circle: JsonObject = { $defs: { A: { $ref: "#/$defs/A" } }, $ref: "#/$defs/A" };
  expect(kindOf(resolve(circle, circle))).toBe("json");
});

test("a value that does not fit its field is edited as JSON", () => {
  expect(fits("boolean", "yes")).toBe(false);
  expect(fits("array", { a: 1 })).toBe(false);
  expect(fits("integer", 3)).toBe(true);
});

test("what is added begins as its schema wants", () => {
  expect(startValue({ type: "integer", minimum: 4 }, schema)).toBe(4);
  expect(startValue({ $ref: "#/$defs/Zone" }, schema)).toBe("");
  expect(startValue((schema["properties"] as Record<string, JsonObject>)["inner"] ?? {}, schema)).toEqual({ on: false });
  expect(startValue({ type: "string", default: "x" }, schema)).toBe("x");
});

test("names become labels unless the schema has a title", () => {
  expect(labelOf("user_id", undefined)).toBe("User id");
  expect(labelOf("dueDate", {})).toBe("Due date");
  expect(labelOf("x", { title: "The X" })).toBe("The X");
});

describe("validation", () => {
  test("each error is at its field", () => {
    expect(validate(schema, { zone: "x", count: 9, mode: "c", tags: ["a", 2, "c"], inner: {}, other: 1 })).toEqual({
      "/zone": "This has to have at least 3 characters.",
      "/count": "This has to be at most 5.",
      "/mode": "This is not one of the choices.",
      "/tags": "This may have at most 2 entries.",
      "/tags/1": "This has to be of the type string.",
      "/inner/on": "This is required.",
      "/other": "The tool does not know this.",
    });
  });

  test("what fits has none", () => {
    expect(validate(schema, { zone: "Asia/Tokyo", count: 3, ratio: null, tags: [], inner: { on: true }, free: [1] })).toEqual({});
  });

  test("a number that is still text is no number", () => {
    expect(validate(schema, { zone: "abc", count: "3x" })).toEqual({ "/count": "This has to be a whole number." });
  });

  test("a schema that is broken itself is left to the server", () => {
    expect(validate({ type: "object", properties: { a: { type: "string", pattern: "(" } } }, { a: "x" })).toEqual({});
  });
});

test("a change touches its own place only", () => {
  const before: JsonObject = { a: { b: [1, 2, 3] }, "x/y": "z" };
  expect(withValue(before, "/a/b/1", 9)).toEqual({ a: { b: [1, 9, 3] }, "x/y": "z" });
  expect(withValue(before, "/a/b/0", undefined)).toEqual({ a: { b: [2, 3] }, "x/y": "z" });
  expect(withValue(before, "/x~1y", undefined)).toEqual({ a: { b: [1, 2, 3] } });
  expect(withValue(before, "/n/m", true)).toEqual({ ...before, n: { m: true } });
  expect(before).toEqual({ a: { b: [1, 2, 3] }, "x/y": "z" });
});

test("differences are told by the places where they are", () => {
  const changes = changesBetween({ a: 1, b: { c: [1, 2] }, d: "x" }, { a: 1, b: { c: [1, 3, 4] }, e: true });
  expect(changes.map(({ pointer, before, after }) => [pointer, before, after])).toEqual([
    ["/b/c/1", 2, 3],
    ["/b/c/2", undefined, 4],
    ["/d", "x", undefined],
    ["/e", undefined, true],
  ]);
});
